//! Sign in, renew, sign out. Never with a token in a place where a script or a log could find it.

use reqwest::Method;
use serde_json::Value;

use crate::{
    running::{Portal, problem, set_cookie},
    stub_auth::{Mood, StubAuth},
};

const PASSWORD: &str = "correct horse";
const SESSION: &str = "/portal/session";
const REFRESH: &str = "/portal/session/refresh";

async fn signed_in() -> (StubAuth, Portal, String) {
    let auth = StubAuth::start().await;
    let portal = Portal::start(&auth).await;
    let (cookie, _) = set_cookie(&portal.sign_in(PASSWORD).await);
    (auth, portal, cookie)
}

#[tokio::test]
async fn sign_in_gives_the_access_token_and_hides_the_refresh_token() {
    let auth = StubAuth::start().await;
    let portal = Portal::start(&auth).await;
    let response = portal.sign_in(PASSWORD).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["cache-control"], "no-store");
    let (pair, attributes) = set_cookie(&response);
    assert_eq!(pair, "witgate_refresh=refresh-1");
    assert_eq!(attributes, ["httponly", "samesite=strict", "path=/portal"]);
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["expires_in"], 600);
    assert!(body["access_token"].as_str().unwrap().split('.').count() == 3);
    assert_eq!(body.as_object().unwrap().len(), 2, "nothing else in the body: {body}");
}

#[tokio::test]
async fn over_https_the_cookie_is_secure_by_name_and_by_attribute() {
    let auth = StubAuth::start().await;
    let portal = Portal::start_with(&auth.url, &["--public-url", "https://shop.example.com"]).await;
    let body = r#"{"username":"alice","password":"correct horse"}"#;
    let request = portal.request(Method::POST, SESSION).header("origin", "https://shop.example.com");
    let response = request.header("content-type", "application/json").body(body).send().await.unwrap();
    let (pair, attributes) = set_cookie(&response);
    assert_eq!(pair, "__Secure-witgate_refresh=refresh-1");
    assert!(attributes.contains(&"secure".to_owned()), "{attributes:?}");
}

#[tokio::test]
async fn a_wrong_password_gets_a_problem_and_no_cookie() {
    let auth = StubAuth::start().await;
    let portal = Portal::start(&auth).await;
    let response = portal.sign_in("wrong").await;
    assert!(!response.headers().contains_key("set-cookie"));
    problem(response, 401, "invalid_credentials").await;
}

#[tokio::test]
async fn a_body_that_is_no_credentials_is_refused_before_auth_is_asked() {
    let portal = Portal::start_with("http://127.0.0.1:1", &[]).await;
    for body in ["", "[]", r#"{"username":"alice"}"#, r#"{"username":"a","password":"b","admin":true}"#] {
        let response = portal.page_request(Method::POST, SESSION).body(body).send().await.unwrap();
        problem(response, 400, "malformed_body").await;
    }
    let large = format!(r#"{{"username":"alice","password":"{}"}}"#, "x".repeat(9000));
    let response = portal.page_request(Method::POST, SESSION).body(large).send().await.unwrap();
    problem(response, 413, "body_too_large").await;
}

#[tokio::test]
async fn without_the_auth_service_there_is_a_503_that_says_when_to_retry() {
    // Port 1 of loopback: nothing listens there.
    let portal = Portal::start_with("http://127.0.0.1:1", &[]).await;
    let response = portal.sign_in(PASSWORD).await;
    assert_eq!(response.headers()["retry-after"], "5");
    problem(response, 503, "auth_unavailable").await;
}

#[tokio::test]
async fn an_answer_outside_the_contract_is_never_a_session() {
    let auth = StubAuth::start().await;
    let portal = Portal::start(&auth).await;
    for (mood, status, code) in [
        (Mood::Nonsense, 502, "auth_unexpected"),
        (Mood::Flood, 502, "auth_unexpected"),
        (Mood::Redirect, 502, "auth_unexpected"),
        (Mood::Broken, 503, "auth_unavailable"),
    ] {
        auth.set_mood(mood);
        let response = portal.sign_in(PASSWORD).await;
        assert!(!response.headers().contains_key("set-cookie"));
        problem(response, status, code).await;
    }
}

#[tokio::test]
async fn too_many_attempts_are_passed_on_with_their_retry_after() {
    let auth = StubAuth::start().await;
    let portal = Portal::start(&auth).await;
    auth.set_mood(Mood::SlowDown);
    let response = portal.sign_in(PASSWORD).await;
    assert_eq!(response.headers()["retry-after"], "7");
    problem(response, 429, "too_many_attempts").await;
}

#[tokio::test]
async fn signing_in_again_ends_the_former_session() {
    let (auth, portal, cookie) = signed_in().await;
    let body = r#"{"username":"alice","password":"correct horse"}"#;
    let response = portal.with_cookie(Method::POST, SESSION, &cookie).body(body).send().await.unwrap();
    assert_eq!(set_cookie(&response).0, "witgate_refresh=refresh-2");
    assert_eq!(auth.good_tokens(), 1);
}

#[tokio::test]
async fn a_refresh_rotates_the_cookie_and_a_spent_one_is_no_longer_good() {
    let (_auth, portal, first) = signed_in().await;
    let response = portal.with_cookie(Method::POST, REFRESH, &first).body("{}").send().await.unwrap();
    assert_eq!(response.status(), 200);
    let (second, attributes) = set_cookie(&response);
    assert_ne!(first, second);
    assert_eq!(attributes, ["httponly", "samesite=strict", "path=/portal"]);
    let again = portal.with_cookie(Method::POST, REFRESH, &first).body("{}").send().await.unwrap();
    problem(again, 401, "session_expired").await;
}

#[tokio::test]
async fn an_expired_refresh_token_is_removed_from_the_browser() {
    let (auth, portal, cookie) = signed_in().await;
    auth.revoke_all();
    let response = portal.with_cookie(Method::POST, REFRESH, &cookie).body("{}").send().await.unwrap();
    let (pair, attributes) = set_cookie(&response);
    assert_eq!(pair, "witgate_refresh=");
    assert!(attributes.contains(&"max-age=0".to_owned()) && attributes.contains(&"path=/portal".to_owned()));
    problem(response, 401, "session_expired").await;
}

#[tokio::test]
async fn an_auth_service_that_is_down_costs_no_one_the_session() {
    let (auth, portal, cookie) = signed_in().await;
    auth.set_mood(Mood::Broken);
    for (method, path) in [(Method::POST, REFRESH), (Method::DELETE, SESSION)] {
        let response = portal.with_cookie(method, path, &cookie).body("{}").send().await.unwrap();
        assert!(!response.headers().contains_key("set-cookie"));
        problem(response, 503, "auth_unavailable").await;
    }
    auth.set_mood(Mood::Usual);
    let response = portal.with_cookie(Method::POST, REFRESH, &cookie).body("{}").send().await.unwrap();
    assert_eq!(response.status(), 200);
}

#[tokio::test]
async fn without_a_cookie_there_is_nothing_to_refresh() {
    let auth = StubAuth::start().await;
    let portal = Portal::start(&auth).await;
    let response = portal.page_request(Method::POST, REFRESH).body("{}").send().await.unwrap();
    assert_eq!(response.status(), 204);
    assert!(!response.headers().contains_key("set-cookie"));
}

#[tokio::test]
async fn two_cookies_of_our_name_are_no_session() {
    let (auth, portal, cookie) = signed_in().await;
    let planted = format!("witgate_refresh=planted; {cookie}");
    for cookies in [planted, format!("{cookie}; witgate_refresh=planted")] {
        let response = portal.with_cookie(Method::POST, REFRESH, &cookies).body("{}").send().await.unwrap();
        assert_eq!(response.status(), 204);
    }
    assert_eq!(auth.good_tokens(), 1, "neither was tried at the auth service");
}

#[tokio::test]
async fn signing_out_ends_the_session_at_auth_and_clears_the_cookie() {
    let (auth, portal, cookie) = signed_in().await;
    assert_eq!(auth.good_tokens(), 1);
    let response = portal.with_cookie(Method::DELETE, SESSION, &cookie).body("{}").send().await.unwrap();
    assert_eq!(response.status(), 204);
    let (pair, attributes) = set_cookie(&response);
    assert_eq!(pair, "witgate_refresh=");
    assert!(attributes.contains(&"max-age=0".to_owned()));
    assert_eq!(auth.good_tokens(), 0);
}

#[tokio::test]
async fn signing_out_beside_a_planted_cookie_ends_the_session_all_the_same() {
    let (auth, portal, cookie) = signed_in().await;
    let both = format!("witgate_refresh=planted; {cookie}");
    let response = portal.with_cookie(Method::DELETE, SESSION, &both).body("{}").send().await.unwrap();
    assert_eq!(response.status(), 204);
    assert_eq!(auth.good_tokens(), 0);
}

#[tokio::test]
async fn the_request_id_goes_on_to_the_auth_service_and_into_the_problem() {
    let auth = StubAuth::start().await;
    let portal = Portal::start(&auth).await;
    let body = r#"{"username":"alice","password":"wrong"}"#;
    let request = portal.page_request(Method::POST, SESSION).header("x-request-id", "req-42").body(body);
    let document = problem(request.send().await.unwrap(), 401, "invalid_credentials").await;
    assert_eq!(auth.state.lock().unwrap().request_id.as_deref(), Some("req-42"));
    assert_eq!(document["request_id"], "req-42");
}
