//! Servers that answer wrongly: redirects, endless or slow bodies, plain http from afar.
//!
//! Never reaches another machine: everything listens on loopback.

use std::time::Duration;

use axum::body::Body;
use axum::response::{IntoResponse as _, Redirect, Response};
use futures_util::StreamExt as _;
use http::StatusCode;
use serde_json::json;
use tokio::runtime::Handle;
use witgate_keyring::{IssuerConfig, KeySource, Keyring, KeyringError, Timing};
use witgate_token::Refusal;

use crate::issuer::{PATIENCE, Server, Signer, keyring, profile, quick};

/// The hostile server gives nothing, and an honest one at the same address would have.
async fn gives_no_keys(signer: &Signer, server: &Server, timing: &Timing) {
    let keyring = keyring(server, timing);
    assert_eq!(keyring.authenticate(&signer.token()).await.err(), Some(Refusal::KeysUnavailable));
    assert_eq!(server.requests(), 1);
    server.now_publishes(signer.jwks());
    let honest = self::keyring(server, &once());
    assert!(honest.authenticate(&signer.token()).await.is_ok());
}

fn once() -> Timing {
    Timing { first_cooldown: Duration::from_secs(3600), ..quick() }
}

#[tokio::test]
async fn redirects_to_elsewhere_are_not_followed() {
    let signer = Signer::new("k1");
    let target = Server::publishing(signer.jwks()).await;
    let port = target.address.port().expect("a port");
    // Another port, another scheme, another spelling of this machine, no web address at all.
    for to in [
        target.address.to_string(),
        format!("//127.0.0.1:{port}/"),
        format!("https://127.0.0.1:{port}/"),
        format!("http://localhost:{port}/"),
        "file:///etc/passwd".to_owned(),
        "http://169.254.169.254/latest/meta-data".to_owned(),
    ] {
        let server = Server::answering(move |_| Redirect::temporary(&to).into_response()).await;
        gives_no_keys(&signer, &server, &once()).await;
    }
    assert_eq!(target.requests(), 0);
}

#[tokio::test]
async fn a_redirect_without_a_clear_target_is_refused() {
    let signer = Signer::new("k1");
    let server = Server::answering(|_| StatusCode::FOUND.into_response()).await;
    gives_no_keys(&signer, &server, &once()).await;
    let server = Server::answering(|_| {
        let twice = axum::response::AppendHeaders([("location", "/a"), ("location", "/b")]);
        (StatusCode::FOUND, twice).into_response()
    })
    .await;
    gives_no_keys(&signer, &server, &once()).await;
}

#[tokio::test]
async fn three_redirects_on_one_origin_are_followed() {
    let signer = Signer::new("k1");
    let jwks = signer.jwks();
    let server = Server::answering(move |path| match path {
        "/" => Redirect::permanent("/a/").into_response(),
        "/a/" => Redirect::temporary("b").into_response(),
        "/a/b" => Redirect::to("/c").into_response(),
        _ => jwks.clone().into_response(),
    })
    .await;
    assert!(keyring(&server, &once()).authenticate(&signer.token()).await.is_ok());
    assert_eq!(server.requests(), 4);
}

#[tokio::test]
async fn redirects_without_end_are_cut_off() {
    let signer = Signer::new("k1");
    let server = Server::answering(|path| Redirect::temporary(&format!("{path}x")).into_response()).await;
    let keyring = keyring(&server, &once());
    assert_eq!(keyring.authenticate(&signer.token()).await.err(), Some(Refusal::KeysUnavailable));
    assert_eq!(server.requests(), 4);
    let reason = keyring.report()[0].last_failure.clone().expect("a reason");
    assert!(reason.contains("redirects more than 3 times"), "{reason}");
}

#[tokio::test]
async fn too_many_keys_are_none() {
    let signer = Signer::new("k1");
    let with = |count: usize| {
        let fillers = (1..count).map(|number| json!({"kty": "oct", "kid": number.to_string()}));
        json!({"keys": std::iter::once(signer.jwk()).chain(fillers).collect::<Vec<_>>()}).to_string()
    };
    gives_no_keys(&signer, &Server::publishing(with(101)).await, &once()).await;
    let keyring = keyring(&Server::publishing(with(100)).await, &once());
    assert!(keyring.authenticate(&signer.token()).await.is_ok());
}

#[tokio::test]
async fn a_long_body_is_cut_off() {
    let signer = Signer::new("k1");
    let padded = signer.jwks().replacen('{', &format!("{{\"x\":\"{}\",", "x".repeat(512 * 1024)), 1);
    let server = Server::publishing(padded).await;
    gives_no_keys(&signer, &server, &once()).await;
}

/// Past the limit the fetch ends by itself: the deadline here is far beyond the test's patience.
#[tokio::test]
async fn an_endless_body_is_cut_off() {
    let signer = Signer::new("k1");
    let server = Server::answering(|_| {
        let beyond_the_limit = std::iter::repeat_n(" ".repeat(4096), 1024).map(Ok::<_, std::io::Error>);
        let then_silence = futures_util::stream::pending();
        Response::new(Body::from_stream(futures_util::stream::iter(beyond_the_limit).chain(then_silence)))
    })
    .await;
    let far = Duration::from_secs(3600);
    let timing = Timing { fetch_deadline: far, wait_deadline: far, ..once() };
    tokio::time::timeout(PATIENCE, gives_no_keys(&signer, &server, &timing)).await.expect("cut off at the limit");
}

#[tokio::test]
async fn a_body_that_never_ends_meets_the_deadline() {
    let signer = Signer::new("k1");
    let server = Server::answering(|_| {
        Response::new(Body::from_stream(futures_util::stream::pending::<Result<String, std::io::Error>>()))
    })
    .await;
    let short = Duration::from_secs(5);
    gives_no_keys(&signer, &server, &Timing { fetch_deadline: short, ..once() }).await;
}

#[tokio::test]
async fn only_status_200_counts() {
    let signer = Signer::new("k1");
    for status in
        [StatusCode::CREATED, StatusCode::NOT_MODIFIED, StatusCode::NOT_FOUND, StatusCode::SERVICE_UNAVAILABLE]
    {
        let jwks = signer.jwks();
        let server = Server::answering(move |_| (status, jwks.clone()).into_response()).await;
        gives_no_keys(&signer, &server, &once()).await;
    }
}

#[tokio::test]
async fn bad_configurations_are_refused() {
    let made = |address: &str, allow_http| {
        let source = KeySource::JwksUrl(address.parse().expect("a URL"));
        Keyring::new(vec![IssuerConfig::new(profile(), source).allow_http(allow_http)], Handle::current())
    };
    assert!(matches!(made("http://id.example.com/k", false), Err(KeyringError::PlainHttp { .. })));
    assert!(matches!(made("ftp://id.example.com/k", true), Err(KeyringError::Address { .. })));
    assert!(made("http://id.example.com/k", true).is_ok());
    let config = || IssuerConfig::new(profile(), KeySource::JwksUrl("https://id.example.com".parse().expect("a URL")));
    let mut other_name = config();
    other_name.profile.name = "other".into();
    let twice = Keyring::new(vec![config(), other_name], Handle::current());
    assert!(matches!(twice, Err(KeyringError::DuplicateIssuer(_))));
    let twice = Keyring::new(vec![config(), config()], Handle::current());
    assert!(matches!(twice, Err(KeyringError::DuplicateName(_))));
}
