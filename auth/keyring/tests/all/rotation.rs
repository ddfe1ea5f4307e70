//! Keys that change while tokens come: those that a `kid` does not tell apart, and those that cannot be had just then.
//!
//! Never counts on timing: verdicts are asked for again and again, and the server counts.

use std::time::Duration;

use axum::response::IntoResponse as _;
use http::StatusCode;
use serde_json::{Value, json};
use tokio::runtime::Handle;
use witgate_keyring::{IssuerConfig, KeySource, Keyring, Scrutiny, Timing};
use witgate_token::{Demands, Refusal};

use crate::issuer::{Server, Signer, eventually, keyring, now, profile, quick};
use crate::revocation::{FeedServer, often};

async fn asked(keyring: &Keyring, token: &str) -> Option<Refusal> {
    keyring.authenticate(token).await.err()
}

#[tokio::test]
async fn a_key_that_cannot_be_had_is_no_fault_of_the_token() {
    for (old, new) in [
        (Signer::new("old"), Signer::new("new")),
        // Two without a name: the issuer is amid a rotation, and nobody can tell which key is meant.
        (Signer::new("old"), Signer::nameless()),
    ] {
        let server = Server::publishing(json!({"keys": [old.jwk(), Signer::new("other").jwk()]}).to_string()).await;
        let keyring = keyring(&server, &quick());
        let (old, token) = (old.token(), new.token());
        assert_eq!(asked(&keyring, &old).await, None);
        server.now_answers(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response());
        let unavailable = Some(Refusal::KeysUnavailable);
        eventually("a failed fetch", async || asked(&keyring, &token).await == unavailable).await;
        assert_eq!(asked(&keyring, &token).await, unavailable, "it is said again");
        assert_eq!(asked(&keyring, &old).await, None, "the old keys are in force");
        server.now_publishes(new.jwks());
        eventually("the new key", async || asked(&keyring, &token).await.is_none()).await;
        assert_eq!(asked(&keyring, &Signer::new("unknown").token()).await, Some(Refusal::UnknownKey), "can be told");
    }
}

#[tokio::test]
async fn a_key_that_takes_too_long_is_no_fault_of_the_token() {
    let old = Signer::new("old");
    let server = Server::publishing(old.jwks()).await;
    let keyring = keyring(&server, &Timing { wait_deadline: Duration::from_millis(50), ..quick() });
    eventually("the old key", async || asked(&keyring, &old.token()).await.is_none()).await;
    server.set_open(false);
    let token = Signer::new("new").token();
    let unavailable = Some(Refusal::KeysUnavailable);
    eventually("a fetch that hangs", async || asked(&keyring, &token).await == unavailable).await;
    assert_eq!(asked(&keyring, &token).await, unavailable);
}

/// What the old document makes of the new token, and why no unknown `kid` tells that there is a new key.
#[tokio::test]
async fn a_rotation_is_noticed_without_a_new_kid() {
    let okp = |kid: &str| json!({"kty": "OKP", "crv": "Ed25519", "kid": kid, "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
    let nameless = || Signer::nameless().jwk();
    let cases: [(Signer, Vec<Value>, Refusal); 5] = [
        (Signer::nameless(), vec![nameless()], Refusal::Signature),
        (Signer::nameless(), vec![nameless(), nameless()], Refusal::KeyAmbiguous),
        (Signer::nameless(), vec![okp("k1")], Refusal::UnknownKey),
        (Signer::new("k1"), vec![Signer::new("k1").jwk()], Refusal::Signature),
        (Signer::new("k1"), vec![okp("k1")], Refusal::KeyAlgorithm),
    ];
    for (new, old, refusal) in cases {
        let server = Server::publishing(json!({"keys": old}).to_string()).await;
        let keyring = keyring(&server, &quick());
        let token = new.token();
        assert_eq!(asked(&keyring, &token).await, Some(refusal.clone()));
        server.now_publishes(new.jwks());
        let verdict = asked(&keyring, &token).await;
        assert!(verdict.is_none() || verdict == Some(refusal), "{verdict:?}");
        eventually("the new key, long before the old ones are stale", async || asked(&keyring, &token).await.is_none())
            .await;
    }
}

#[tokio::test]
async fn a_flood_of_forgeries_is_no_flood_of_fetches() {
    for signer in [Signer::new("k1"), Signer::nameless()] {
        let server = Server::publishing(signer.jwks()).await;
        let keyring = keyring(&server, &Timing { cooldown: Duration::from_secs(3600), ..quick() });
        let forged = Signer::new("k1").token();
        for _ in 0..300 {
            assert!(asked(&keyring, &forged).await.is_some());
        }
        assert_eq!(asked(&keyring, &signer.token()).await, None);
        assert_eq!(server.requests(), 1);
    }
}

#[tokio::test]
async fn a_token_of_another_issuer_asks_for_nothing() {
    let signer = Signer::new("k1");
    let server = Server::publishing(signer.jwks()).await;
    let keyring = keyring(&server, &Timing { cooldown: Duration::ZERO, ..quick() });
    assert_eq!(asked(&keyring, &signer.token()).await, None);
    let verdict = |token: &str| keyring.verify_now("main", token, &Demands::default(), now(), &Scrutiny::usual()).err();
    let stranger = Signer::new("k1").token_with(&json!({"iss": "https://other.example.com"}));
    assert_eq!(verdict(&stranger), Some(Refusal::Signature));
    assert_eq!(verdict(&format!("{}x", signer.token())), Some(Refusal::Encoding));
    // Whatever the keyring had begun by itself would have come before this request of the test's own.
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    client.get(server.address.clone()).send().await.expect("ours");
    assert_eq!(server.requests(), 2);
    assert_eq!(verdict(&Signer::new("k1").token()), Some(Refusal::Signature));
    eventually("the fetch that one of its own asks for", async || server.requests() == 3).await;
}

#[tokio::test]
async fn keys_and_revocations_are_waited_for_together() {
    let signer = Signer::new("k1");
    let (server, feed) = (Server::publishing(signer.jwks()).await, FeedServer::saying(&json!([])).await);
    server.set_open(false);
    let source = KeySource::JwksUrl(server.address.clone());
    let config = IssuerConfig::new(profile(), source).revocations(Some(feed.address.clone()));
    let timing = Timing { feed: often(), ..quick() };
    let keyring = Keyring::with_timing(vec![config], Handle::current(), &timing).expect("a keyring");
    let (token, clone) = (signer.token(), keyring.clone());
    let caller = tokio::spawn(async move { asked(&clone, &token).await });
    eventually("both are asked, and neither key nor verdict is there", async || {
        server.requests() == 1 && feed.asked() > 0 && keyring.generation("main") == 0
    })
    .await;
    server.set_open(true);
    assert_eq!(caller.await.expect("no panic"), None);
}
