//! Finding the keys from the issuer's address (OpenID Connect Discovery 1.0, RFC 8414).
//!
//! Never believes a document that names another issuer.

use axum::response::IntoResponse as _;
use http::StatusCode;
use serde_json::{Value, json};
use tokio::runtime::Handle;
use witgate_keyring::{IssuerConfig, KeySource, Keyring};
use witgate_token::{Claims, Refusal};

use crate::issuer::{Server, Signer, profile, quick};

const OPENID: &str = "/.well-known/openid-configuration";
const OAUTH: &str = "/.well-known/oauth-authorization-server";

/// The verdict on an honest token where the server's metadata at `place` are these.
async fn verdict(place: &'static str, metadata: impl Fn(&str) -> Value) -> Result<Claims, Refusal> {
    let signer = Signer::new("k1");
    let server = Server::publishing(String::new()).await;
    let issuer = server.address.as_str().trim_end_matches('/').to_owned();
    let (metadata, jwks) = (metadata(&issuer).to_string(), signer.jwks());
    server.now_answers(move |path| match path {
        "/keys" => jwks.clone().into_response(),
        path if path == place => metadata.clone().into_response(),
        _ => StatusCode::NOT_FOUND.into_response(),
    });
    let mut profile = profile();
    profile.issuer.clone_from(&issuer);
    let source = KeySource::Discovery(server.address.clone());
    let config = IssuerConfig { profile, source, allow_http: false, revocations: None };
    let keyring = Keyring::with_timing(vec![config], Handle::current(), &quick()).expect("a keyring");
    keyring.authenticate(&signer.token_with(&json!({"iss": issuer}))).await
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
