//! What operators learn about each issuer's keys.
//!
//! Never counts on timing: each fetch is caused by a token or by a changed file.

use axum::response::{IntoResponse as _, Redirect};
use http::StatusCode;
use serde_json::json;
use tokio::runtime::Handle;
use witgate_keyring::{IssuerConfig, KeySource, Keyring};
use witgate_token::KeyFault;

use crate::issuer::{Server, Signer, eventually, keyring, profile, quick};

#[tokio::test]
async fn keys_that_were_left_out_are_named_with_their_reason() {
    let signer = Signer::new("k1");
    let twin = Signer::new("twin").jwk();
    let keys = json!([{"kty": "oct", "k": "AA", "kid": "s"}, signer.jwk(), twin.clone(), twin, {"kty": "EC"}]);
    let server = Server::publishing(json!({"keys": keys}).to_string()).await;
    let keyring = keyring(&server, &quick());
    let before = keyring.report().remove(0);
    assert_eq!((before.name.as_str(), before.generation, before.keys), ("main", 0, 0));
    assert_eq!((before.fetches_succeeded, before.fetches_failed, before.since_success), (0, 0, None));
    assert!(keyring.authenticate(&signer.token()).await.is_ok());
    let report = keyring.report().remove(0);
    let dropped: Vec<_> = report.dropped.iter().map(|key| (key.index, key.kid.as_deref(), key.fault)).collect();
    let expected = [
        (0, Some("s"), KeyFault::Kty),
        (2, Some("twin"), KeyFault::Duplicate),
        (3, Some("twin"), KeyFault::Duplicate),
        (4, None, KeyFault::Member("crv")),
    ];
    assert_eq!(dropped, expected);
    assert_eq!((report.generation, report.keys, report.fetches_succeeded, report.fetches_failed), (1, 1, 1, 0));
    assert!(report.since_success.is_some() && report.last_failure.is_none());
}

#[tokio::test]
async fn what_a_server_says_is_cut_to_a_bearable_length() {
    let (signer, long) = (Signer::new("k1"), "x".repeat(5000));
    let keys = json!([signer.jwk(), {"kty": "oct", "k": "AA", "kid": long}]);
    let server = Server::publishing(json!({"keys": keys}).to_string()).await;
    let keyring = keyring(&server, &quick());
    assert!(keyring.authenticate(&signer.token()).await.is_ok());
    assert_eq!(keyring.report()[0].dropped[0].kid.as_ref().map(String::len), Some(256));
    let elsewhere = format!("https://{long}.example.com/path?token=secret");
    server.now_answers(move |_| Redirect::temporary(&elsewhere).into_response());
    let unknown = Signer::new("unknown").token();
    eventually("a failed fetch", async || {
        let _ = keyring.authenticate(&unknown).await;
        keyring.report()[0].fetches_failed > 0
    })
    .await;
    let reason = keyring.report().remove(0).last_failure.expect("a reason");
    assert!(reason.contains("https://xxx") && reason.len() < 400 && !reason.contains("path"), "{reason}");
}

#[tokio::test]
async fn failures_are_counted_and_a_renewed_keyring_goes_on_counting() {
    let signer = Signer::new("k1");
    let server = Server::answering(|_| StatusCode::BAD_GATEWAY.into_response()).await;
    let config = || IssuerConfig::new(profile(), KeySource::JwksUrl(server.address.clone()));
    let keyring = Keyring::with_timing(vec![config()], Handle::current(), &quick()).expect("a keyring");
    let _ = keyring.authenticate(&signer.token()).await;
    server.now_publishes(signer.jwks());
    eventually("the keys", async || keyring.authenticate(&signer.token()).await.is_ok()).await;
    let report = keyring.report().remove(0);
    assert!(report.fetches_failed >= 1 && report.fetches_succeeded == 1);
    assert_eq!(report.last_failure.as_deref(), Some("the server answered with status 502"));
    let same = keyring.renewed(vec![config()], &Handle::current()).expect("a keyring").report().remove(0);
    assert_eq!((same.fetches_failed, same.fetches_succeeded), (report.fetches_failed, 1));
    for changed in [
        config().allow_private(true),
        config().allow_http(true),
        config().key_origins(vec!["https://keys.example.com".parse().expect("an origin")]),
    ] {
        let changed = keyring.renewed(vec![changed], &Handle::current()).expect("a keyring").report().remove(0);
        assert_eq!((changed.fetches_failed, changed.fetches_succeeded, changed.keys), (0, 0, 0), "it starts anew");
    }
}
