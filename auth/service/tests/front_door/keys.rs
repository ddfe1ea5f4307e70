//! Signing keys: sealed, rotated, retired, while the service runs. Never waits without a deadline.

use super::both::on_both;
use super::second_factor::{Enrolled, code_of, enrolled, login};
use super::service::{Folder, Service};

on_both!(a_new_encryption_key_takes_everything_along);

async fn kids(service: &Service) -> Vec<String> {
    let keys = service.get("/.well-known/jwks.json").await.json()["keys"].as_array().unwrap().clone();
    keys.iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

/// Asks until the key set is as it shall be.
async fn settled(service: &Service, is: impl Fn(&[String]) -> bool) -> Vec<String> {
    let asked = async {
        loop {
            let kids = kids(service).await;
            if is(&kids) {
                return kids;
            }
        }
    };
    tokio::time::timeout(super::service::DEADLINE, asked).await.expect("the service follows the command line")
}

fn kid_of(access_token: &str) -> String {
    witgate_token::peek(access_token).unwrap().kid.unwrap()
}

#[tokio::test]
async fn a_rotated_key_is_published_first_and_signs_later() {
    let folder = Folder::with_alice().await;
    let service = Service::start(&folder).await;
    let first = kids(&service).await;
    let done = folder.cli(&["keys", "rotate"], "").await;
    assert_eq!(done.code, 0, "{}", done.stderr);
    let both = settled(&service, |kids| kids.len() == 2).await;
    let token = service.login("alice", "correct horse").await.string("access_token");
    assert_eq!(kid_of(&token), first[0], "the new one does not sign yet");
    let list = folder.cli(&["keys", "list"], "").await.stdout;
    let new = both.iter().find(|kid| **kid != first[0]).unwrap();
    assert!(list.contains(&format!("{new}\tES256\tpublished")), "{list}");
    assert!(list.contains(&format!("{}\tES256\tsigns", first[0])), "{list}");

    assert_eq!(folder.cli(&["keys", "rotate", "--now"], "").await.code, 0);
    let now = settled(&service, |kids| !kids.contains(new)).await;
    assert_eq!((now.len(), now.contains(&first[0])), (2, true), "the one that waited was withdrawn");
    let token = service.login("alice", "correct horse").await.string("access_token");
    assert!(!both.contains(&kid_of(&token)), "this one signs at once");
    assert_eq!(folder.number("SELECT count(*) FROM revocations"), 0);
}

/// The clock cannot be set back here, so the key's own time is set forward instead.
#[tokio::test]
async fn a_key_that_was_succeeded_does_not_sign_when_its_successor_is_gone() {
    let folder = Folder::with_alice().await;
    let service = Service::start(&folder).await;
    let first = kids(&service).await.remove(0);
    assert_eq!(folder.cli(&["keys", "rotate", "--now"], "").await.code, 0);
    settled(&service, |kids| kids.len() == 2).await;
    let second = kid_of(&service.login("alice", "correct horse").await.string("access_token"));
    let noted = async || {
        while folder.number("SELECT count(*) FROM signing_keys WHERE succeeded_at > 0") == 0 {
            service.kid().await;
        }
    };
    tokio::time::timeout(super::service::DEADLINE, noted()).await.expect("the succession is noted");
    assert!(service.stop().await.success());
    folder.sql(&format!("UPDATE signing_keys SET signs_from = unixepoch() + 5000 WHERE kid = '{second}'"));
    let service = Service::start(&folder).await;
    let token = service.login("alice", "correct horse").await.string("access_token");
    assert_eq!(kid_of(&token), second, "not {first}");
}

#[tokio::test]
async fn a_retired_key_is_gone_at_once_and_revoked() {
    let folder = Folder::with_alice().await;
    let service = Service::start(&folder).await;
    let first = kids(&service).await.remove(0);
    let old = service.login("alice", "correct horse").await;
    let done = folder.cli(&["keys", "retire", &first], "").await;
    assert_eq!(done.code, 0, "{}", done.stderr);
    settled(&service, |kids| kids.len() == 1 && kids[0] != first).await;
    assert_eq!(folder.number("SELECT count(*) FROM revocations WHERE kind = 'key' AND until_at IS NULL"), 1);
    let fresh = service.refresh(&old.string("refresh_token")).await;
    assert_ne!(kid_of(&fresh.string("access_token")), first);
    let bearer = |token: String| format!("Bearer {token}");
    for (token, status) in [(old, 401), (fresh, 200)] {
        let headers = bearer(token.string("access_token"));
        let answer =
            service.send(reqwest::Method::GET, "/sessions", &[("authorization", &headers)], String::new()).await;
        assert_eq!(answer.status, status);
    }
    for gone in [first.as_str(), "-6cWZ3kX", "--6cWZ3kX"] {
        let again = folder.cli(&["keys", "retire", gone], "").await;
        assert!(again.code == 1 && again.stderr.contains("keys list"), "{gone}: {}", again.stderr);
    }
}

#[tokio::test]
async fn private_keys_are_sealed_and_another_encryption_key_opens_none() {
    let folder = Folder::with_alice().await;
    Service::start(&folder).await.kill().await;
    let sealed: Vec<u8> = folder.bytes("SELECT sealed_pkcs8 FROM signing_keys");
    let pkcs8_of_p256 = b"\x2a\x86\x48\xce\x3d\x03\x01\x07";
    assert!(!sealed.windows(8).any(|window| window == pkcs8_of_p256), "the curve of a PKCS#8 in clear");
    let key = folder.database().with_file_name("auth.key");
    super::both::write_secret(&key, super::both::KEY);
    let done = folder.cli(&["run", "--listen", "127.0.0.1:0"], "").await;
    assert!(done.code == 1 && done.stderr.contains("cannot be decrypted"), "{}", done.stderr);
    assert_eq!(folder.number("SELECT count(*) FROM signing_keys"), 1);
}

#[tokio::test]
async fn a_lost_encryption_key_is_told_at_the_start_and_not_replaced() {
    let folder = Folder::with_alice().await;
    Service::start(&folder).await.kill().await;
    let key = folder.database().with_file_name("auth.key");
    let kept = std::fs::read_to_string(&key).unwrap();
    std::fs::remove_file(&key).unwrap();
    for command in [&["run", "--listen", "127.0.0.1:0"][..], &["keys", "rotate"]] {
        let done = folder.cli(command, "").await;
        assert!(done.code == 1 && done.stderr.contains("is missing"), "{}", done.stderr);
        assert!(done.stderr.contains("backup") && !key.exists(), "{}", done.stderr);
    }
    super::both::write_secret(&key, &kept);
    assert_eq!(Service::start(&folder).await.login("alice", "correct horse").await.status, 200);
}

async fn a_new_encryption_key_takes_everything_along(folder: Folder) {
    let Enrolled { service, secret, recovery, .. } = enrolled(&folder).await;
    let refresh = login(&service, &recovery[0]).await.string("refresh_token");
    let kid = service.kid().await;
    assert!(service.stop().await.success());
    let key = folder.encryption_key();
    let former = key.with_file_name("former.key");
    std::fs::rename(&key, &former).unwrap();
    super::both::write_secret(&key, "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=");
    let other = key.with_file_name("other.key");
    super::both::write_secret(&other, "AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM=");

    let reseal = async |path: &std::path::Path| {
        folder.cli(&["keys", "reseal", "--former-key-file", path.to_str().unwrap()], "").await
    };
    let wrong = reseal(&other).await;
    assert!(wrong.code == 1 && wrong.stderr.contains("cannot be decrypted"), "{}", wrong.stderr);
    for said in [
        "sealed 2 again under the current key; 0 were already\n",
        "sealed 0 again under the current key; 2 were already\n",
    ] {
        let done = reseal(&former).await;
        assert_eq!((done.code, done.stdout.as_str()), (0, said), "{}", done.stderr);
    }
    std::fs::remove_file(former).unwrap();
    let again = Service::start(&folder).await;
    assert_eq!(again.kid().await, kid);
    assert_eq!(again.refresh(&refresh).await.status, 200, "sessions go on");
    assert_eq!(login(&again, &code_of(&secret, 0)).await.status, 200, "and the app's codes");
    assert_eq!(folder.number("SELECT count(*) FROM audit WHERE event = 'keys_resealed'"), 1);
}

#[tokio::test]
async fn each_algorithm_of_the_configuration_signs() {
    for algorithm in ["EdDSA", "RS256"] {
        let folder = Folder::with_config(&format!(
            "listen = \"127.0.0.1:0\"\nissuer = \"http://127.0.0.1:0\"\naudience = \"witgate\"\n[keys]\nalgorithm = \"{algorithm}\"\n"
        ));
        folder.add("alice", "customer", "correct horse").await;
        let service = Service::start(&folder).await;
        let token = service.login("alice", "correct horse").await.string("access_token");
        assert_eq!(witgate_token::peek(&token).unwrap().alg, algorithm);
        let bearer = format!("Bearer {token}");
        let answer =
            service.send(reqwest::Method::GET, "/sessions", &[("authorization", &bearer)], String::new()).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let metadata = service.get("/.well-known/openid-configuration").await.json();
        assert_eq!(metadata["issuer"], service.url, "port 0 of the issuer became the bound one");
    }
}
