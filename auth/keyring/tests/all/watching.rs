//! A key file that changes is seen by its events: the poll is so slow here that it cannot be what sees it.
//!
//! Never waits by sleeping: what a token's verdict says is asked again and again.

use std::path::Path;
use std::time::Duration;

use tokio::runtime::Handle;
use witgate_keyring::{IssuerConfig, KeySource, Keyring, Scrutiny, Timing};
use witgate_token::{Algorithm, Demands, Profile};

use crate::issuer::{Signer, eventually, keyring_from, now, profile, quick};

/// Only events and unknown keys could cause a reading, and `verify_now` causes none.
fn events_only() -> Timing {
    let never = Duration::from_secs(3600);
    Timing { file_check: never, cooldown: never, ..quick() }
}

async fn becomes_good(keyring: &Keyring, signer: &Signer) {
    let token = signer.token();
    eventually("the new key", async || {
        keyring.verify_now("main", &token, &Demands::default(), now(), &Scrutiny::usual()).is_ok()
    })
    .await;
}

fn put(path: &Path, content: &str) {
    std::fs::write(path, content).expect("written");
}

#[tokio::test]
async fn a_write_in_place_is_seen() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("keys.json");
    let (old, new) = (Signer::new("k1"), Signer::new("k1"));
    put(&path, &old.jwks());
    let keyring = keyring_from(KeySource::JwksFile(path.clone()), &events_only());
    becomes_good(&keyring, &old).await;
    put(&path, &new.jwks());
    becomes_good(&keyring, &new).await;
    assert!(keyring.verify_now("main", &old.token(), &Demands::default(), now(), &Scrutiny::usual()).is_err());
}

#[tokio::test]
async fn a_rename_over_the_file_is_seen() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, next) = (folder.path().join("keys.json"), folder.path().join(".keys.json.next"));
    let signers: Vec<_> = (0..3).map(|_| Signer::new("k1")).collect();
    put(&path, &signers[0].jwks());
    let keyring = keyring_from(KeySource::JwksFile(path.clone()), &events_only());
    for signer in &signers[1..] {
        put(&next, &signer.jwks());
        std::fs::rename(&next, &path).expect("renamed");
        becomes_good(&keyring, signer).await;
    }
    assert!(keyring.verify_now("main", &signers[0].token(), &Demands::default(), now(), &Scrutiny::usual()).is_err());
}

/// Kubernetes: the file is a link into `..data`, which is a link that is replaced by renaming.
#[cfg(unix)]
#[tokio::test]
async fn a_config_maps_swap_is_seen() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let (old, new) = (Signer::new("k1"), Signer::new("k1"));
    for (version, signer) in [("..1", &old), ("..2", &new)] {
        std::fs::create_dir(at(version)).expect("made");
        put(&at(version).join("key.pem"), &signer.pem());
    }
    symlink("..1", at("..data")).expect("linked");
    symlink("..data/key.pem", at("key.pem")).expect("linked");
    let source = KeySource::PemFile { path: at("key.pem"), algorithm: Algorithm::Es256, kid: None };
    let keyring = keyring_from(source, &events_only());
    becomes_good(&keyring, &old).await;
    symlink("..2", at("..data_tmp")).expect("linked");
    std::fs::rename(at("..data_tmp"), at("..data")).expect("renamed");
    becomes_good(&keyring, &new).await;
}

#[tokio::test]
async fn a_broken_file_keeps_the_old_keys_and_is_reported() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("secret");
    put(&path, "the first secret, of 32 bytes or more");
    let source = KeySource::SecretFile { path: path.clone(), algorithm: Algorithm::Hs256 };
    let config = IssuerConfig::new(Profile { algorithms: vec![Algorithm::Hs256], ..profile() }, source);
    let keyring = Keyring::with_timing(vec![config], Handle::current(), &events_only()).expect("a keyring");
    put(&path, "short");
    eventually("the failure", async || keyring.report()[0].fetches_failed > 0).await;
    let report = keyring.report().remove(0);
    assert_eq!((report.generation, report.keys), (1, 1));
    assert!(report.last_failure.is_some_and(|reason| reason.contains("shorter than 32 bytes")));
    put(&path, "the second secret, of 32 bytes or more");
    eventually("the recovery", async || keyring.generation("main") == 2).await;
}

#[tokio::test]
async fn where_no_event_comes_the_file_is_polled() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, link) = (folder.path().join("keys.json"), folder.path().join("elsewhere"));
    std::fs::create_dir(&link).expect("made");
    let target = link.join("keys.json");
    let (old, new) = (Signer::new("k1"), Signer::new("k1"));
    put(&target, &old.jwks());
    // The folder of the link is watched, and what changes is in another one.
    #[cfg(unix)]
    std::os::unix::fs::symlink(&target, &path).expect("linked");
    let keyring =
        keyring_from(KeySource::JwksFile(path), &Timing { file_check: Duration::from_millis(50), ..events_only() });
    becomes_good(&keyring, &old).await;
    put(&target, &new.jwks());
    becomes_good(&keyring, &new).await;
}

#[tokio::test]
async fn the_watch_ends_with_the_keyring() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("keys.json");
    put(&path, &Signer::new("k1").jwks());
    let metrics = Handle::current().metrics();
    let before = metrics.num_alive_tasks();
    let keyring = keyring_from(KeySource::JwksFile(path), &events_only());
    assert_eq!(metrics.num_alive_tasks(), before + 1);
    let clone = keyring.clone();
    drop(keyring);
    assert_eq!(metrics.num_alive_tasks(), before + 1);
    drop(clone);
    eventually("the task has ended", async || metrics.num_alive_tasks() == before).await;
}
