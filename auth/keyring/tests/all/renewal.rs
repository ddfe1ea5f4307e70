//! What a renewed keyring keeps: all that the new configuration leaves as it was, and every revocation.
//!
//! Never waits by sleeping, and never lets the issuer answer where something must have been kept.

use std::time::Duration;

use axum::response::IntoResponse as _;
use http::StatusCode;
use serde_json::json;
use tokio::runtime::Handle;
use witgate_keyring::{FeedState, IssuerConfig, KeySource, Keyring, Scrutiny, Timing};
use witgate_token::{Algorithm, Demands, Profile, Refusal, Revocation};

use crate::issuer::{Server, Signer, eventually, now, profile, quick};
use crate::revocation::{FeedServer, often};

fn config(server: &Server, profile: Profile) -> IssuerConfig {
    IssuerConfig::new(profile, KeySource::JwksUrl(server.address.clone()))
}

fn renewed(keyring: &Keyring, config: IssuerConfig) -> Keyring {
    keyring.renewed(vec![config], &Handle::current()).expect("a keyring")
}

fn verdict(keyring: &Keyring, token: &str) -> Option<Refusal> {
    keyring.verify_now("main", token, &Demands::default(), now(), &Scrutiny::usual()).err()
}

fn revoked(jti: &str) -> Revocation {
    Revocation::Token { jti: jti.into(), until: now() + 600 }
}

/// Profiles that differ from the first one in one thing each.
fn other_profiles() -> [Profile; 3] {
    let algorithms = vec![Algorithm::Es256, Algorithm::EdDsa];
    let audiences = vec!["api".into(), "more".into()];
    [
        Profile { leeway_seconds: 31, ..profile() },
        Profile { audiences, ..profile() },
        Profile { algorithms, ..profile() },
    ]
}

#[tokio::test]
async fn a_changed_profile_keeps_keys_and_revocations_while_the_issuer_fails() {
    let signer = Signer::new("k1");
    let feed = FeedServer::saying(&json!([{"kind": "token", "jti": "t1", "until": now() + 600}])).await;
    for other in other_profiles() {
        let server = Server::publishing(signer.jwks()).await;
        let with_feed = |profile| config(&server, profile).revocations(Some(feed.address.clone()));
        let timing = Timing { feed: often(), ..quick() };
        let first = Keyring::with_timing(vec![with_feed(profile())], Handle::current(), &timing).expect("a keyring");
        let token = |jti: &str| signer.token_with(&json!({"jti": jti}));
        assert!(first.authenticate(&token("t0")).await.is_ok());
        first.revoke("main", [revoked("t2")]).expect("room");
        server.now_answers(|_| StatusCode::BAD_GATEWAY.into_response());
        let second = renewed(&first, with_feed(other));
        drop(first);
        for (jti, expected) in [("t0", None), ("t1", Some(Refusal::Revoked)), ("t2", Some(Refusal::Revoked))] {
            assert_eq!(verdict(&second, &token(jti)), expected, "{jti}");
        }
        assert_eq!(second.authenticate(&token("t0")).await.err(), None);
        let report = second.report().remove(0);
        assert!(matches!(report.feed, FeedState::Fresh(_)) && report.generation == 1, "{report:?}");
        let before = feed.asked();
        eventually("the feed is still polled", async || feed.asked() > before).await;
        assert_eq!(server.requests(), 1, "nothing was fetched again");
    }
}

#[tokio::test]
async fn a_changed_profile_counts_at_once_also_for_a_known_token() {
    let signer = Signer::new("k1");
    let server = Server::publishing(signer.jwks()).await;
    let first = Keyring::new(vec![config(&server, profile())], Handle::current()).expect("a keyring");
    assert!(first.authenticate(&signer.token()).await.is_ok());
    let elsewhere = renewed(&first, config(&server, Profile { audiences: vec!["other".into()], ..profile() }));
    assert_eq!(elsewhere.authenticate(&signer.token()).await.err(), Some(Refusal::Audience));
    assert_eq!(verdict(&elsewhere, &signer.token()), Some(Refusal::Audience));
}

#[tokio::test]
async fn a_changed_source_starts_anew_but_no_revocation_is_forgotten() {
    let signer = Signer::new("k1");
    let (server, other) = (Server::publishing(signer.jwks()).await, Server::publishing(signer.jwks()).await);
    let first = Keyring::new(vec![config(&server, profile())], Handle::current()).expect("a keyring");
    let (good, bad) = (signer.token_with(&json!({"jti": "t1"})), signer.token_with(&json!({"jti": "t2"})));
    assert!(first.authenticate(&good).await.is_ok());
    first.revoke("main", [revoked("t2")]).expect("room");
    let renamed = Profile { name: "renamed".into(), ..profile() };
    for changed in [config(&other, profile()), config(&server, profile()).allow_private(true), config(&other, renamed)]
    {
        let name = changed.profile.name.clone();
        let second = renewed(&first, changed);
        let at_once = second.verify_now(&name, &good, &Demands::default(), now(), &Scrutiny::usual()).err();
        assert_eq!(at_once, Some(Refusal::KeysUnavailable), "{name}: a changed source starts anew");
        assert!(second.authenticate(&good).await.is_ok(), "{name}");
        assert_eq!(second.authenticate(&bad).await.err(), Some(Refusal::Revoked), "{name}");
    }
    let elsewhere = Profile { issuer: "https://other.example".into(), ..profile() };
    assert_eq!(renewed(&first, config(&server, elsewhere)).report()[0].revocations, 0, "another issuer's names");
}

#[tokio::test]
async fn the_refresher_goes_on_for_the_renewed_keyring() {
    let (old, new) = (Signer::new("old"), Signer::new("new"));
    let server = Server::publishing(old.jwks()).await;
    let short = Duration::from_millis(20);
    let timing = Timing { min_fresh: short, default_fresh: short, cooldown: short, ..quick() };
    let first = Keyring::with_timing(vec![config(&server, profile())], Handle::current(), &timing).expect("a keyring");
    assert!(first.authenticate(&old.token()).await.is_ok());
    let [other, ..] = other_profiles();
    let second = renewed(&first, config(&server, other));
    drop(first);
    server.now_publishes(new.jwks());
    let token = new.token();
    eventually("the new key, though nobody asked for it", async || verdict(&second, &token).is_none()).await;
}

#[tokio::test]
async fn there_is_one_watch_of_a_file_before_and_after() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("keys.json");
    std::fs::write(&path, Signer::new("k1").jwks()).expect("written");
    let config = |profile| IssuerConfig::new(profile, KeySource::JwksFile(path.clone()));
    let metrics = Handle::current().metrics();
    let before = metrics.num_alive_tasks();
    let first = Keyring::new(vec![config(profile())], Handle::current()).expect("a keyring");
    let [other, ..] = other_profiles();
    let second = renewed(&first, config(other));
    assert_eq!(metrics.num_alive_tasks(), before + 1);
    drop(first);
    assert_eq!(metrics.num_alive_tasks(), before + 1);
    drop(second);
    eventually("the task has ended", async || metrics.num_alive_tasks() == before).await;
}
