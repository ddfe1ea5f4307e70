//! Renew and sign out. Never with a token in a place where a script or a log could find it.

use reqwest::{Method, Url, header::HeaderValue};
use serde_json::Value;

use crate::{
    running::{Portal, cookie_named, problem, set_cookie},
    stub_auth::{ANOTHERS, Mood, StubAuth},
};

const SESSION: &str = "/portal/session";
const REFRESH: &str = "/portal/session/refresh";

async fn signed_in() -> (StubAuth, Portal, String) {
    let auth = StubAuth::start().await;
    let portal = Portal::start(&auth).await;
    let cookie = portal.signed_in(&auth).await;
    (auth, portal, cookie)
}

#[tokio::test]
async fn a_renewal_gives_the_access_token_and_hides_the_refresh_token() {
    let (auth, portal, cookie) = signed_in().await;
    let response = portal.with_cookie(Method::POST, REFRESH, &cookie).body("{}").send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["cache-control"], "no-store");
    assert_eq!(set_cookie(&response).0, "witgate_refresh=refresh-2");
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["expires_in"], 600);
    assert!(body["access_token"].as_str().unwrap().split('.').count() == 3);
    assert_eq!(body.as_object().unwrap().len(), 2, "nothing else in the body: {body}");
    let form = auth.state.lock().unwrap().form.clone();
    assert_eq!((form.len(), &*form["grant_type"], &*form["client_id"]), (3, "refresh_token", "witgate-portal"));
}

#[tokio::test]
async fn an_answer_outside_the_contract_is_never_a_session() {
    let (auth, portal, cookie) = signed_in().await;
    for (mood, status, code) in [
        (Mood::Nonsense, 502, "auth_unexpected"),
        (Mood::Flood, 502, "auth_unexpected"),
        (Mood::Redirect, 502, "auth_unexpected"),
        (Mood::Stranger, 502, "auth_unexpected"),
        (Mood::Broken, 503, "auth_unavailable"),
    ] {
        auth.set_mood(mood);
        let response = portal.with_cookie(Method::POST, REFRESH, &cookie).body("{}").send().await.unwrap();
        assert!(!response.headers().contains_key("set-cookie"));
        problem(response, status, code).await;
    }
}

#[tokio::test]
async fn without_the_auth_service_there_is_a_503_that_says_when_to_retry() {
    // Port 1 of loopback: nothing listens there.
    let portal = Portal::start_with("http://127.0.0.1:1", &[]).await;
    let request = portal.with_cookie(Method::POST, REFRESH, "witgate_refresh=some").body("{}");
    let response = request.send().await.unwrap();
    assert_eq!(response.headers()["retry-after"], "5");
    problem(response, 503, "auth_unavailable").await;
}

#[tokio::test]
async fn too_many_attempts_are_passed_on_with_their_retry_after() {
    let (auth, portal, cookie) = signed_in().await;
    auth.set_mood(Mood::SlowDown);
    let response = portal.with_cookie(Method::POST, REFRESH, &cookie).body("{}").send().await.unwrap();
    assert_eq!(response.headers()["retry-after"], "7");
    problem(response, 429, "too_many_attempts").await;
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
    assert_eq!(response.status(), 200);
    let (pair, attributes) = set_cookie(&response);
    assert_eq!(pair, "witgate_refresh=");
    assert!(attributes.contains(&"max-age=0".to_owned()));
    assert_eq!(auth.good_tokens(), 0);
    let body: Value = response.json().await.unwrap();
    let next = Url::parse(body["sign_out_url"].as_str().unwrap()).unwrap();
    assert!(next.as_str().starts_with(&format!("{}/oauth/logout?", auth.url)), "{next}");
    let home = format!("{}/", portal.url);
    assert!(next.query_pairs().any(|pair| pair == ("post_logout_redirect_uri".into(), home.as_str().into())), "{next}");
}

#[tokio::test]
async fn signing_out_beside_a_planted_cookie_ends_the_session_all_the_same() {
    let (auth, portal, cookie) = signed_in().await;
    let both = format!("witgate_refresh=planted; {cookie}");
    let response = portal.with_cookie(Method::DELETE, SESSION, &both).body("{}").send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(auth.good_tokens(), 0);
}

#[tokio::test]
async fn another_clients_token_does_not_stand_in_the_way_of_signing_out() {
    for is_planted_first in [true, false] {
        let (auth, portal, cookie) = signed_in().await;
        let planted = format!("witgate_refresh={ANOTHERS}1");
        let both = if is_planted_first { [&*planted, &*cookie] } else { [&*cookie, &*planted] };
        let request = portal.with_cookie(Method::DELETE, SESSION, &both.join("; ")).body("{}");
        let response = request.send().await.unwrap();
        assert_eq!((response.status().as_u16(), auth.good_tokens()), (200, 0));
        assert_eq!(set_cookie(&response).0, "witgate_refresh=");
        let response = portal.with_cookie(Method::DELETE, SESSION, &planted).body("{}").send().await.unwrap();
        assert!(!response.headers().contains_key("set-cookie"));
        problem(response, 502, "auth_unexpected").await;
    }
}

#[tokio::test]
async fn more_cookies_than_are_ended_are_no_success() {
    let (auth, portal, cookie) = signed_in().await;
    let planted: Vec<String> = (0..4).map(|number| format!("witgate_refresh=planted-{number}")).collect();
    let planted = planted.join("; ");
    for (cookies, good) in [(format!("{planted}; {cookie}"), 1), (format!("{cookie}; {planted}"), 0)] {
        let response = portal.with_cookie(Method::DELETE, SESSION, &cookies).body("{}").send().await.unwrap();
        assert!(!response.headers().contains_key("set-cookie"));
        problem(response, 400, "too_many_cookies").await;
        assert_eq!(auth.good_tokens(), good, "what can be ended is");
    }
    let response = portal.with_cookie(Method::DELETE, SESSION, &planted).body("{}").send().await.unwrap();
    assert_eq!(response.status(), 200, "four are ended");
}

/// A page of a sibling host can set a cookie of any bytes.
#[tokio::test]
async fn a_cookie_that_is_no_text_hides_no_session() {
    let (auth, portal, cookie) = signed_in().await;
    let beside = |cookie: &str| HeaderValue::from_bytes(&[b"x=\xfc; ", cookie.as_bytes()].concat()).unwrap();
    let request = |method, path, cookie| portal.page_request(method, path).header("cookie", cookie).body("{}").send();
    let response = request(Method::POST, REFRESH, beside(&cookie)).await.unwrap();
    assert_eq!(response.status(), 200);
    let response = request(Method::DELETE, SESSION, beside(&set_cookie(&response).0)).await.unwrap();
    assert_eq!((response.status().as_u16(), auth.good_tokens()), (200, 0));
}

#[tokio::test]
async fn the_request_id_goes_on_to_the_auth_service_and_into_the_problem() {
    let (auth, portal, _) = signed_in().await;
    let request = portal.with_cookie(Method::POST, REFRESH, "witgate_refresh=foreign").body("{}");
    let response = request.header("x-request-id", "req-42").send().await.unwrap();
    assert!(cookie_named(&response, "witgate_refresh").is_some(), "the cookie is cleared");
    let document = problem(response, 401, "session_expired").await;
    assert_eq!(auth.state.lock().unwrap().request_id.as_deref(), Some("req-42"));
    assert_eq!(document["request_id"], "req-42");
}
