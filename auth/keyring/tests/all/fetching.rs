//! When keys are fetched: once for all callers, not for a flood, and again after a failure.
//!
//! Never counts on timing alone: the server's counter is what is asserted.

use std::time::{Duration, Instant};

use axum::response::IntoResponse as _;
use http::StatusCode;
use serde_json::json;
use witgate_keyring::{Scrutiny, Timing};
use witgate_token::{Demands, Refusal};

use crate::issuer::{Server, Signer, eventually, keyring, now, quick};

#[tokio::test]
async fn nothing_is_fetched_before_a_token_asks() {
    let signer = Signer::new("k1");
    let server = Server::publishing(signer.jwks()).await;
    let keyring = keyring(&server, &Timing::default());
    let verdict = keyring.verify_now("main", &signer.token(), &Demands::default(), now(), &Scrutiny::usual());
    assert_eq!(verdict.err(), Some(Refusal::KeysUnavailable));
    // Whatever the keyring had begun by itself would have come before this request of the test's own.
    reqwest::Client::builder()
        .no_proxy()
        .build()
        .expect("a client")
        .get(server.address.clone())
        .send()
        .await
        .expect("ours");
    assert_eq!((server.requests(), keyring.generation("main")), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn many_callers_cause_one_fetch() {
    let signer = Signer::new("k1");
    let server = Server::publishing(signer.jwks()).await;
    server.set_open(false);
    let keyring = keyring(&server, &quick());
    let callers: Vec<_> = (0..200)
        .map(|_| {
            let (keyring, token) = (keyring.clone(), signer.token());
            tokio::spawn(async move { keyring.authenticate(&token).await.map(|claims| claims.subject().to_owned()) })
        })
        .collect();
    eventually("the fetch arrives", async || server.requests() == 1).await;
    server.set_open(true);
    for caller in callers {
        assert_eq!(caller.await.expect("no panic").as_deref(), Ok("u1"));
    }
    assert_eq!((server.requests(), keyring.generation("main")), (1, 1));
}

#[tokio::test]
async fn a_flood_of_unknown_kids_is_no_flood_of_fetches() {
    let signer = Signer::new("k1");
    let server = Server::publishing(signer.jwks()).await;
    let keyring = keyring(&server, &Timing { cooldown: Duration::from_secs(3600), ..quick() });
    for number in 0..300 {
        let stranger = Signer::new(&format!("unknown-{number}"));
        assert_eq!(keyring.authenticate(&stranger.token()).await.err(), Some(Refusal::UnknownKey));
    }
    assert_eq!(server.requests(), 1);
    assert!(keyring.authenticate(&signer.token()).await.is_ok(), "a miss evicts nothing");
}

#[tokio::test]
async fn a_token_that_is_refused_anyway_causes_no_fetch() {
    let signer = Signer::new("k1");
    let server = Server::publishing(signer.jwks()).await;
    let keyring = keyring(&server, &quick());
    let other = signer.token_with(&json!({"iss": "https://other.example.com"}));
    assert_eq!(keyring.authenticate(&other).await.err(), Some(Refusal::UnknownIssuer));
    assert_eq!(keyring.authenticate("no.to-ken.at all").await.err(), Some(Refusal::Malformed));
    let secret = jsonwebtoken::EncodingKey::from_secret(b"x");
    let claims = json!({"iss": crate::issuer::ISSUER});
    let hmac = jsonwebtoken::encode(&jsonwebtoken::Header::default(), &claims, &secret).expect("signs");
    assert_eq!(keyring.authenticate(&hmac).await.err(), Some(Refusal::AlgorithmNotAllowed));
    assert_eq!(server.requests(), 0);
}

#[tokio::test]
async fn a_new_key_is_found_and_the_generation_counts() {
    let (old, new) = (Signer::new("old"), Signer::new("new"));
    let server = Server::publishing(old.jwks()).await;
    let keyring = keyring(&server, &quick());
    assert!(keyring.authenticate(&old.token()).await.is_ok());
    server.now_publishes(json!({"keys": [old.jwk(), new.jwk()]}).to_string());
    eventually("the new key", async || keyring.authenticate(&new.token()).await.is_ok()).await;
    assert!(keyring.authenticate(&old.token()).await.is_ok());
    assert_eq!(keyring.generation("main"), 2);
    server.now_publishes(new.jwks());
    let unknown = Signer::new("unknown");
    eventually("the old key is gone", async || {
        let _ = keyring.authenticate(&unknown.token()).await;
        keyring.authenticate(&old.token()).await.is_err()
    })
    .await;
    assert_eq!(keyring.generation("main"), 3);
}

#[tokio::test]
async fn unobtainable_keys_are_no_fault_of_the_token_and_recovery_works() {
    let signer = Signer::new("k1");
    let server = Server::answering(|_| StatusCode::BAD_GATEWAY.into_response()).await;
    let keyring = keyring(&server, &quick());
    assert_eq!(keyring.authenticate(&signer.token()).await.err(), Some(Refusal::KeysUnavailable));
    server.now_publishes(signer.jwks());
    eventually("the keys", async || keyring.authenticate(&signer.token()).await.is_ok()).await;
}

#[tokio::test]
async fn a_failure_counts_for_the_cooldown_too() {
    let signer = Signer::new("k1");
    let server = Server::answering(|_| StatusCode::BAD_GATEWAY.into_response()).await;
    let keyring = keyring(&server, &Timing { first_cooldown: Duration::from_secs(3600), ..quick() });
    for _ in 0..50 {
        assert_eq!(keyring.authenticate(&signer.token()).await.err(), Some(Refusal::KeysUnavailable));
    }
    assert_eq!(server.requests(), 1);
}

#[tokio::test]
async fn old_keys_stay_in_force_while_the_issuer_fails() {
    let signer = Signer::new("k1");
    let server = Server::publishing(signer.jwks()).await;
    let keyring = keyring(&server, &quick());
    assert!(keyring.authenticate(&signer.token()).await.is_ok());
    for broken in ["", "<html>", r#"{"keys":[]}"#, r#"{"keys":[{"kty":"oct","k":"AA"}]}"#] {
        let before = server.requests();
        server.now_publishes(broken.to_owned());
        eventually("a failed fetch", async || {
            let unknown = keyring.authenticate(&Signer::new("unknown").token()).await;
            assert!(matches!(unknown, Err(Refusal::UnknownKey | Refusal::KeysUnavailable)), "{unknown:?}");
            server.requests() > before
        })
        .await;
        assert!(keyring.authenticate(&signer.token()).await.is_ok(), "{broken}");
    }
    assert_eq!(keyring.generation("main"), 1);
}

#[tokio::test]
async fn keys_are_refreshed_in_the_background() {
    let (old, new) = (Signer::new("old"), Signer::new("new"));
    let server = Server::publishing(old.jwks()).await;
    let short = Duration::from_millis(20);
    let timing = Timing { min_fresh: short, default_fresh: short, cooldown: short, ..quick() };
    let keyring = keyring(&server, &timing);
    assert!(keyring.authenticate(&old.token()).await.is_ok());
    eventually("some refreshes", async || server.requests() > 3).await;
    assert_eq!(keyring.generation("main"), 1, "the same document is no new generation");
    server.now_publishes(new.jwks());
    let token = new.token();
    eventually("the new key, though nobody asked for it", async || {
        keyring.verify_now("main", &token, &Demands::default(), now(), &Scrutiny::usual()).is_ok()
    })
    .await;
}

/// The gateway's workers are current-thread runtimes of their own.
#[test]
fn callers_may_live_on_another_runtime() {
    let home = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let signer = Signer::new("k1");
    let server = home.block_on(Server::publishing(signer.jwks()));
    let keyring = home.block_on(async { keyring(&server, &Timing::default()) });
    let worker = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    worker.block_on(keyring.prepare(&signer.token(), &mut Scrutiny::usual()));
    assert!(keyring.verify_now("main", &signer.token(), &Demands::default(), now(), &Scrutiny::usual()).is_ok());
    drop(worker);
    assert!(home.block_on(keyring.authenticate(&signer.token())).is_ok());
}

#[tokio::test]
async fn a_caller_waits_no_longer_than_the_deadline() {
    let signer = Signer::new("k1");
    let server = Server::publishing(signer.jwks()).await;
    server.set_open(false);
    let timing = Timing { wait_deadline: Duration::from_millis(50), ..quick() };
    let keyring = keyring(&server, &timing);
    let started = Instant::now();
    assert_eq!(keyring.authenticate(&signer.token()).await.err(), Some(Refusal::KeysUnavailable));
    assert!(started.elapsed() < timing.fetch_deadline, "{:?}", started.elapsed());
    server.set_open(true);
    eventually("the fetch went on", async || keyring.authenticate(&signer.token()).await.is_ok()).await;
    assert_eq!(server.requests(), 1);
}

#[tokio::test]
async fn dropping_the_keyring_ends_its_task() {
    let signer = Signer::new("k1");
    let server = Server::publishing(signer.jwks()).await;
    let before = tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let keyring = keyring(&server, &quick());
    assert!(keyring.authenticate(&signer.token()).await.is_ok());
    drop(keyring);
    let metrics = tokio::runtime::Handle::current().metrics();
    // What may stay are the server's own tasks for the one connection, until the client's side is closed.
    eventually("the tasks have ended", async || metrics.num_alive_tasks() <= before).await;
}
