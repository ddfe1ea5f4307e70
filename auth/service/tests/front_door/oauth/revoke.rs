//! Revocation by applications (RFC 7009): their own tokens, and no other client's. Never a question of the token's kind.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Method;
use serde_json::Value;
use witgate_auth::store::MAX_OF_SUBJECT;

use super::app::{App, is_error};
use crate::both::on_both;
use crate::registered::Registered;
use crate::service::{Folder, Service};

on_both!(
    a_client_revokes_its_own_tokens,
    another_clients_token_needs_the_scope,
    who_revokes_without_end_does_not_fill_the_feed,
);

/// Far longer than a new second takes to begin.
const PATIENCE: Duration = Duration::from_secs(60);

async fn userinfo(service: &Service, token: &str) -> u16 {
    let bearer = format!("Bearer {token}");
    service.send(Method::GET, "/userinfo", &[("authorization", &bearer)], "").await.status
}

async fn a_client_revokes_its_own_tokens(folder: Folder) {
    for app in [App::public(&folder).await, App::web(&folder).await] {
        let service = Service::start(&folder).await;
        let tokens = app.tokens(&folder, &service).await;
        let (access, refresh) = (tokens.string("access_token"), tokens.string("refresh_token"));
        assert_eq!(app.ask(&service, "/oauth/revoke", &[("token", &access)]).await.status, 200);
        assert_eq!(userinfo(&service, &access).await, 401);
        let next = app.refresh(&service, &refresh).await;
        assert_eq!(userinfo(&service, &next.string("access_token")).await, 200, "the session lives on");
        assert_eq!(app.ask(&service, "/oauth/revoke", &[("token", &next.string("refresh_token"))]).await.status, 200);
        assert_eq!(userinfo(&service, &next.string("access_token")).await, 401);
        is_error(&app.refresh(&service, &next.string("refresh_token")).await, 400, "invalid_grant");
        for dead in [&access, &refresh, "x"] {
            assert_eq!(app.ask(&service, "/oauth/revoke", &[("token", dead)]).await.status, 200, "no error");
        }
        is_error(&app.ask(&service, "/oauth/revoke", &[]).await, 400, "invalid_request");
        is_error(&app.ask(&service, "/oauth/introspect", &[("token", "x")]).await, 403, "insufficient_scope");
    }
}

async fn another_clients_token_needs_the_scope(folder: Folder) {
    let (app, other) = (App::web(&folder).await, App::web(&folder).await);
    let operator = Registered::with(&folder, &["tokens:revoke"]).await;
    let service = Service::start(&folder).await;
    let tokens = app.tokens(&folder, &service).await;
    let (access, refresh) = (tokens.string("access_token"), tokens.string("refresh_token"));
    for token in [&access, &refresh] {
        is_error(&other.ask(&service, "/oauth/revoke", &[("token", token)]).await, 403, "insufficient_scope");
    }
    assert_eq!(userinfo(&service, &access).await, 200, "nothing happened");
    for token in [&access, &refresh] {
        assert_eq!(operator.post_form(&service, "/oauth/revoke", &[("token", token)]).await.status, 200);
    }
    assert_eq!(userinfo(&service, &access).await, 401);
    is_error(&app.refresh(&service, &refresh).await, 400, "invalid_grant");
}

/// Far more tokens than one user may have in the feed. None of them counts any more, neither here nor for who reads the feed.
async fn who_revokes_without_end_does_not_fill_the_feed(folder: Folder) {
    let (app, reader) = (App::public(&folder).await, Registered::gateway(&folder).await);
    let service = Service::start(&folder).await;
    let mut tokens = app.tokens(&folder, &service).await;
    let (mut revoked, other) = (Vec::new(), app.tokens(&folder, &service).await.string("access_token"));
    for _ in 0..MAX_OF_SUBJECT + 100 {
        let access = tokens.string("access_token");
        assert_eq!(app.ask(&service, "/oauth/revoke", &[("token", &access)]).await.status, 200);
        revoked.push(access);
        tokens = app.refresh(&service, &tokens.string("refresh_token")).await;
    }
    let feed = reader.snapshot(&service).await;
    let entries = feed["revocations"].as_array().unwrap();
    let subjects: Vec<_> = entries.iter().filter(|entry| entry["kind"] == "subject").collect();
    assert_eq!((entries.len(), subjects.len()), (MAX_OF_SUBJECT + 1, 1), "{feed}");
    for token in [&revoked[0], &revoked[MAX_OF_SUBJECT], revoked.last().unwrap()] {
        assert_eq!(userinfo(&service, token).await, 401);
        let claims = claims_of(token);
        let by_itself = entries.iter().any(|entry| entry["jti"] == claims["jti"]);
        let with_all = subjects[0]["sub"] == claims["sub"] && subjects[0]["before"].as_i64() >= claims["iat"].as_i64();
        assert!(by_itself || with_all, "{claims}");
    }
    assert_eq!(userinfo(&service, &other).await, 401, "the user's other tokens of that time went with them");
    // A token of a later second counts.
    let begun = Instant::now();
    while userinfo(&service, &tokens.string("access_token")).await != 200 {
        assert!(begun.elapsed() < PATIENCE, "a refresh brings a good token");
        tokens = app.refresh(&service, &tokens.string("refresh_token")).await;
    }
}

fn claims_of(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}
