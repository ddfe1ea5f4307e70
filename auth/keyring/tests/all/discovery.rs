//! Finding the keys from the issuer's address (OpenID Connect Discovery 1.0, RFC 8414).
//!
//! Never believes a document that names another issuer.

use axum::response::IntoResponse as _;
use http::StatusCode;
use serde_json::{Value, json};
use tokio::runtime::Handle;
use witgate_keyring::{IssuerConfig, KeySource, Keyring};
use witgate_token::{Claims, Profile, Refusal};

use crate::issuer::{Server, Signer, profile, quick};

const OPENID: &str = "/.well-known/openid-configuration";
const OAUTH: &str = "/.well-known/oauth-authorization-server";

/// An issuer with its keys at `/keys`, and with these metadata at `place`. The profile's `iss` is the server's address.
async fn issuer(signer: &Signer, place: &'static str, metadata: impl Fn(&str) -> Value) -> (Server, Profile) {
    let server = Server::publishing(String::new()).await;
    let name = server.address.as_str().trim_end_matches('/').to_owned();
    let (metadata, jwks) = (metadata(&name).to_string(), signer.jwks());
    server.now_answers(move |path| match path {
        "/keys" => jwks.clone().into_response(),
        path if path == place => metadata.clone().into_response(),
        _ => StatusCode::NOT_FOUND.into_response(),
    });
    (server, Profile { issuer: name.into(), ..profile() })
}

/// The verdict on an honest token where the server's metadata at `place` are these.
async fn verdict(place: &'static str, metadata: impl Fn(&str) -> Value) -> Result<Claims, Refusal> {
    let signer = Signer::new("k1");
    let (server, profile) = issuer(&signer, place, metadata).await;
    let token = signer.token_with(&json!({"iss": *profile.issuer}));
    let config = IssuerConfig::new(profile, KeySource::Discovery(server.address.clone()));
    let keyring = Keyring::with_timing(vec![config], Handle::current(), &quick()).expect("a keyring");
    keyring.authenticate(&token).await
}

#[tokio::test]
async fn both_documents_lead_to_the_keys() {
    for place in [OPENID, OAUTH] {
        let found = verdict(place, |issuer| json!({"issuer": issuer, "jwks_uri": format!("{issuer}/keys")})).await;
        assert!(found.is_ok(), "{place}: {found:?}");
    }
}

#[tokio::test]
async fn a_document_must_name_the_exact_issuer() {
    let slash = verdict(OPENID, |issuer| json!({"issuer": format!("{issuer}/"), "jwks_uri": format!("{issuer}/keys")}));
    assert_eq!(slash.await.err(), Some(Refusal::KeysUnavailable));
    let other = verdict(OPENID, |issuer| json!({"issuer": "https://x.example", "jwks_uri": format!("{issuer}/keys")}));
    assert_eq!(other.await.err(), Some(Refusal::KeysUnavailable));
    let absent = verdict(OPENID, |issuer| json!({"jwks_uri": format!("{issuer}/keys")}));
    assert_eq!(absent.await.err(), Some(Refusal::KeysUnavailable));
}

#[tokio::test]
async fn the_key_address_is_guarded_too() {
    // Without the guard this one would be answered, and with the right keys.
    let found = verdict(
        OPENID,
        |issuer| json!({"issuer": issuer, "jwks_uri": format!("{}/keys", issuer.replace("http://", "http://u:p@"))}),
    );
    assert_eq!(found.await.err(), Some(Refusal::KeysUnavailable));
    for address in ["http://192.0.2.1/keys", "file:///etc/passwd", "keys"] {
        let found = verdict(OPENID, |issuer| json!({"issuer": issuer, "jwks_uri": address})).await;
        assert_eq!(found.err(), Some(Refusal::KeysUnavailable), "{address}");
    }
}

/// As with Google: the issuer is one host, and its keys are on another.
#[tokio::test]
async fn keys_on_another_origin_need_the_operators_word() {
    let signer = Signer::new("k1");
    let elsewhere = Server::publishing(signer.jwks()).await;
    let jwks_uri = elsewhere.address.join("certs").expect("an address");
    let (server, profile) =
        issuer(&signer, OPENID, |issuer| json!({"issuer": issuer, "jwks_uri": jwks_uri.as_str()})).await;
    let token = signer.token_with(&json!({"iss": *profile.issuer}));
    let config = || IssuerConfig::new(profile.clone(), KeySource::Discovery(server.address.clone()));
    let made = |config| Keyring::with_timing(vec![config], Handle::current(), &quick()).expect("a keyring");

    let unlisted = made(config());
    assert_eq!(unlisted.authenticate(&token).await.err(), Some(Refusal::KeysUnavailable));
    assert_eq!(elsewhere.requests(), 0, "a foreign origin is not contacted");
    let reason = unlisted.report()[0].last_failure.clone().expect("a reason");
    assert!(reason.contains("key-origins") && reason.contains(elsewhere.address.as_str().trim_end_matches('/')));

    let origin = elsewhere.address.as_str().parse().expect("an origin");
    let listed = made(config().key_origins(vec![origin]));
    assert!(listed.authenticate(&token).await.is_ok());
    assert_eq!(elsewhere.requests(), 1);
}
