//! Servers that answer wrongly: redirects, endless or slow bodies, plain http from afar.
//!
//! Never reaches another machine: everything listens on loopback.

use std::time::Duration;

use axum::body::Body;
use axum::response::{IntoResponse as _, Redirect, Response};
use futures_util::StreamExt as _;
use http::StatusCode;
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
async fn redirects_are_not_followed() {
    let signer = Signer::new("k1");
    let target = Server::publishing(signer.jwks()).await;
    let to = target.address.to_string();
    let server = Server::answering(move |_| Redirect::temporary(&to).into_response()).await;
    gives_no_keys(&signer, &server, &once()).await;
    assert_eq!(target.requests(), 0);
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
    let short = Duration::from_secs(1);
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
        Keyring::new(
            vec![IssuerConfig { profile: profile(), source, allow_http, revocations: None }],
            Handle::current(),
        )
    };
    assert!(matches!(made("http://id.example.com/k", false), Err(KeyringError::PlainHttp { .. })));
    assert!(matches!(made("ftp://id.example.com/k", true), Err(KeyringError::Address { .. })));
    assert!(made("http://id.example.com/k", true).is_ok());
    let config = || IssuerConfig {
        profile: profile(),
        source: KeySource::JwksUrl("https://id.example.com".parse().expect("a URL")),
        allow_http: false,
        revocations: None,
    };
    let mut other_name = config();
    other_name.profile.name = "other".into();
    let twice = Keyring::new(vec![config(), other_name], Handle::current());
    assert!(matches!(twice, Err(KeyringError::DuplicateIssuer(_))));
    let twice = Keyring::new(vec![config(), config()], Handle::current());
    assert!(matches!(twice, Err(KeyringError::DuplicateName(_))));
}
