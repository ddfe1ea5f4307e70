//! `GET /portal/token`. Never shows what does not verify.

use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::{
    running::{Portal, problem},
    stub_auth::StubAuth,
};

async fn show(portal: &Portal, token: &str) -> Response {
    portal.request(Method::GET, "/portal/token").bearer_auth(token).send().await.unwrap()
}

#[tokio::test]
async fn a_good_token_is_shown_decoded() {
    let auth = StubAuth::start().await;
    let portal = Portal::start(&auth).await;
    let response = show(&portal, &auth.token(&json!({"tenant": "acme"}))).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["cache-control"], "no-store");
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["header"], json!({"alg": "ES256", "kid": "k1", "typ": "at+jwt"}));
    assert_eq!(body["claims"]["sub"], "user-alice");
    assert_eq!(body["claims"]["roles"], json!(["customer"]));
    assert_eq!(body["claims"]["tenant"], "acme");
}

#[tokio::test]
async fn without_a_token_there_is_a_401_with_a_challenge() {
    let auth = StubAuth::start().await;
    let portal = Portal::start(&auth).await;
    let response = portal.request(Method::GET, "/portal/token").send().await.unwrap();
    assert_eq!(response.status(), 401);
    assert!(response.headers()["www-authenticate"].to_str().unwrap().starts_with("Bearer"));
}

#[tokio::test]
async fn a_token_that_does_not_verify_is_not_shown() {
    let auth = StubAuth::start().await;
    let portal = Portal::start(&auth).await;
    let good = auth.token(&json!({}));
    assert_eq!(show(&portal, &good).await.status(), 200, "the control");
    let (unsigned, signature) = good.rsplit_once('.').unwrap();
    let flipped: String = signature.chars().rev().collect();
    let elsewhere = StubAuth::start().await;
    let bad = [
        auth.token(&json!({"aud": "another"})),
        auth.token(&json!({"exp": 1_000_000_000, "iat": 999_999_000})),
        auth.token(&json!({"iss": "http://evil.example"})),
        elsewhere.token(&json!({"iss": auth.url})),
        format!("{unsigned}."),
        format!("{unsigned}.{flipped}"),
    ];
    for token in bad {
        let response = show(&portal, &token).await;
        assert_eq!(response.status(), 401, "{token}");
        let document: Value = response.json().await.unwrap();
        assert!(document["code"].as_str().unwrap().starts_with("token_"), "{document}");
        assert!(document.get("claims").is_none());
    }
}

#[tokio::test]
async fn the_refresh_cookie_is_no_access_token() {
    let auth = StubAuth::start().await;
    let portal = Portal::start(&auth).await;
    let response = portal.with_cookie(Method::GET, "/portal/token", "witgate_refresh=refresh-1").send().await.unwrap();
    assert_eq!(response.status(), 401);
}

#[tokio::test]
async fn without_the_keys_there_is_a_503_and_not_a_401() {
    let portal = Portal::start_with("http://127.0.0.1:1", &[]).await;
    let auth = StubAuth::start().await;
    let token = auth.token(&json!({"iss": "http://127.0.0.1:1"}));
    let response = show(&portal, &token).await;
    assert!(response.headers().contains_key("retry-after"));
    let code = response.json::<Value>().await.unwrap()["code"].clone();
    assert!(code.is_string());
    let unreachable = problem(show(&portal, &token).await, 503, code.as_str().unwrap()).await;
    assert!(unreachable.get("claims").is_none());
}
