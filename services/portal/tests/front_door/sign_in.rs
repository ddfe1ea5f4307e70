//! Signing in by way of the auth service: a good flow, and everything that somebody else could do to one.
//! Never a session without all of it: this browser, this state, this issuer, this code, this id token.

use std::collections::HashMap;

use chassis::testing::Issuer;
use reqwest::{Method, Response, Url};
use serde_json::{Value, json};

use crate::{
    running::{Portal, cookie_named, location, problem},
    stub_auth::{Mood, StubAuth},
};

const REFRESH_COOKIE: &str = "witgate_refresh";
const SIGN_IN_COOKIE: &str = "witgate_sign_in";

async fn both() -> (StubAuth, Portal) {
    let auth = StubAuth::start().await;
    let portal = Portal::start(&auth).await;
    (auth, portal)
}

/// `url` with this query parameter changed, or taken away.
fn with(url: &Url, name: &str, value: Option<&str>) -> Url {
    let kept: Vec<(String, String)> = url.query_pairs().into_owned().filter(|(other, _)| other != name).collect();
    let mut changed = url.clone();
    changed.query_pairs_mut().clear().extend_pairs(&kept).extend_pairs(value.map(|value| (name, value)));
    changed
}

/// No session came of it, and the page is told why.
fn refused(response: &Response, code: &str) {
    assert_eq!((response.status().as_u16(), location(response)), (303, &*format!("/#problem={code}")));
    assert!(cookie_named(response, REFRESH_COOKIE).is_none(), "{code}");
}

fn clears_the_sign_in(response: &Response) -> bool {
    cookie_named(response, SIGN_IN_COOKIE).is_some_and(|(_, attributes)| attributes.contains(&"max-age=0".to_owned()))
}

#[tokio::test]
async fn a_sign_in_ends_with_a_cookie_and_nothing_in_the_address() {
    let (auth, portal) = both().await;
    let response = portal.sign_in(&auth).await;
    assert_eq!((response.status().as_u16(), location(&response)), (303, "/#signed-in"));
    assert_eq!(response.headers()["cache-control"], "no-store");
    let (pair, attributes) = cookie_named(&response, REFRESH_COOKIE).unwrap();
    assert_eq!(pair, "witgate_refresh=refresh-1");
    assert_eq!(attributes, ["httponly", "samesite=strict", "path=/portal"]);
    assert!(clears_the_sign_in(&response));
    let form = auth.state.lock().unwrap().form.clone();
    assert_eq!((form.len(), &*form["grant_type"]), (5, "authorization_code"));
    assert_eq!(form["redirect_uri"], format!("{}/portal/callback", portal.url));
}

#[tokio::test]
async fn the_request_has_all_that_protects_it_and_none_of_the_secrets() {
    let (_auth, portal) = both().await;
    let response = portal.request(Method::GET, "/portal/sign-in").send().await.unwrap();
    let (pair, attributes) = cookie_named(&response, SIGN_IN_COOKIE).unwrap();
    assert_eq!(attributes, ["httponly", "samesite=lax", "path=/portal/callback", "max-age=600"]);
    let request = Url::parse(location(&response)).unwrap();
    let asked: HashMap<_, _> = request.query_pairs().into_owned().collect();
    assert_eq!((&*asked["code_challenge_method"], &*asked["response_type"]), ("S256", "code"));
    assert!(asked["scope"].split(' ').any(|word| word == "openid"));
    for name in ["state", "nonce", "code_challenge"] {
        assert_eq!(asked[name].len(), 43, "{name}");
    }
    assert!(!request.as_str().contains(pair.split_once('=').unwrap().1), "the cookie's secret stays at home");
    let (again, _) = portal.begin().await;
    assert_ne!(again.query(), request.query());
}

#[tokio::test]
async fn behind_https_both_cookies_are_secure_by_name_and_by_attribute() {
    let auth = StubAuth::start().await;
    let portal = Portal::start_with(&auth.url, &["--public-url", "https://shop.example.com"]).await;
    let (request, cookie) = portal.begin().await;
    assert!(cookie.starts_with("__Secure-witgate_sign_in="), "{cookie}");
    let back = auth.authorize(&request);
    assert_eq!(back.origin().ascii_serialization(), "https://shop.example.com");
    let response = portal.finish(&back, &cookie).await;
    let (pair, attributes) = cookie_named(&response, "__Secure-witgate_refresh").unwrap();
    assert_eq!(pair, "__Secure-witgate_refresh=refresh-1");
    assert!(attributes.contains(&"secure".to_owned()), "{attributes:?}");
}

#[tokio::test]
async fn an_answer_for_another_browser_is_refused_and_spoils_nothing() {
    let (auth, portal) = both().await;
    let (mine, cookie) = portal.begin().await;
    let (other, _) = portal.begin().await;
    let (mine, other) = (auth.authorize(&mine), auth.authorize(&other));
    // the attacker's own answer, answers with a state that is wrong, missing, or there twice
    let twice = Url::parse(&format!("{mine}&state=x")).unwrap();
    for back in [other, with(&mine, "state", Some("wrong")), with(&mine, "state", None), twice] {
        let response = portal.finish(&back, &cookie).await;
        refused(&response, "sign_in_mismatch");
        assert!(!clears_the_sign_in(&response));
    }
    assert_eq!(auth.good_tokens(), 0, "no code was redeemed");
    assert_eq!(location(&portal.finish(&mine, &cookie).await), "/#signed-in");
}

#[tokio::test]
async fn without_the_cookie_of_the_start_there_is_no_end() {
    let (auth, portal) = both().await;
    let (request, cookie) = portal.begin().await;
    let back = auth.authorize(&request);
    let twice = format!("{cookie}; {SIGN_IN_COOKIE}=planted");
    for sent in ["a=1", "witgate_sign_in=", "witgate_sign_in=planted", &twice] {
        refused(&portal.finish(&back, sent).await, "sign_in_expired");
    }
    assert_eq!(auth.good_tokens(), 0, "no code was redeemed");
}

#[tokio::test]
async fn an_answer_of_another_issuer_is_refused_before_its_code_is_sent_anywhere() {
    let (auth, portal) = both().await;
    let (request, cookie) = portal.begin().await;
    let back = auth.authorize(&request);
    for iss in [None, Some("http://evil.example"), Some(&*format!("{}/", auth.url))] {
        refused(&portal.finish(&with(&back, "iss", iss), &cookie).await, "issuer_mismatch");
    }
    let error = with(&with(&back, "error", Some("access_denied")), "iss", None);
    refused(&portal.finish(&error, &cookie).await, "issuer_mismatch");
    assert!(auth.state.lock().unwrap().form.is_empty(), "nothing was sent");
}

#[tokio::test]
async fn a_refusal_is_shown_by_a_code_of_our_own() {
    let (auth, portal) = both().await;
    let (request, cookie) = portal.begin().await;
    let back = with(&auth.authorize(&request), "code", None);
    for (error, code) in [
        (Some("access_denied"), "access_denied"),
        (Some("invalid_scope"), "sign_in_refused"),
        (Some("temporarily_unavailable"), "auth_unavailable"),
        (Some("<b>words of somebody else</b>"), "sign_in_refused"),
        (None, "sign_in_refused"),
    ] {
        let response = portal.finish(&with(&back, "error", error), &cookie).await;
        refused(&response, code);
        assert!(clears_the_sign_in(&response), "{code}");
    }
    let even_with_a_code = with(&auth.authorize(&request), "error", Some("access_denied"));
    refused(&portal.finish(&even_with_a_code, &cookie).await, "access_denied");
}

#[tokio::test]
async fn a_code_counts_once_and_only_with_its_verifier() {
    let (auth, portal) = both().await;
    let (request, cookie) = portal.begin().await;
    let back = auth.authorize(&request);
    // a code that was made for another sign-in, put into the answer of this one
    let (other, _) = portal.begin().await;
    let stolen = auth.authorize(&other).query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
    refused(&portal.finish(&with(&back, "code", Some(&stolen)), &cookie).await, "code_refused");
    assert_eq!(location(&portal.finish(&back, &cookie).await), "/#signed-in");
    refused(&portal.finish(&back, &cookie).await, "code_refused");
}

#[tokio::test]
async fn an_id_token_that_is_not_good_ends_the_session_that_came_with_it() {
    let (auth, portal) = both().await;
    let bad = [
        Value::Null,
        json!("not.a.token"),
        json!({"nonce": "another"}),
        json!({"nonce": null}),
        json!({"aud": "another"}),
        json!({"aud": ["witgate-portal", "another"]}),
        json!({"azp": "another"}),
        json!({"iss": "http://evil.example"}),
        json!({"exp": 1_000_000_000, "iat": 999_999_000}),
        json!({"scope": "openid"}), // of the type at+jwt
    ];
    for changes in bad {
        auth.state.lock().unwrap().id_token = changes.clone();
        refused(&portal.sign_in(&auth).await, "id_token_refused");
        assert_eq!(auth.good_tokens(), 0, "{changes}");
    }
    auth.state.lock().unwrap().id_token = json!({});
    auth.state.lock().unwrap().forger = Some(Issuer::new());
    refused(&portal.sign_in(&auth).await, "id_token_refused");
    auth.state.lock().unwrap().forger = None;
    assert_eq!(location(&portal.sign_in(&auth).await), "/#signed-in", "the control");
}

#[tokio::test]
async fn an_answer_outside_the_contract_is_never_a_session() {
    let (auth, portal) = both().await;
    for (mood, code) in [
        (Mood::Nonsense, "auth_unexpected"),
        (Mood::Flood, "auth_unexpected"),
        (Mood::Redirect, "auth_unexpected"),
        (Mood::Stranger, "auth_unexpected"),
        (Mood::SlowDown, "too_many_attempts"),
        (Mood::Broken, "auth_unavailable"),
    ] {
        auth.set_mood(mood);
        refused(&portal.sign_in(&auth).await, code);
    }
}

#[tokio::test]
async fn signing_in_again_ends_the_former_session() {
    let (auth, portal) = both().await;
    let former = portal.signed_in(&auth).await;
    let request = portal.request(Method::GET, "/portal/sign-in").header("sec-fetch-site", "same-origin");
    let response = request.header("cookie", &former).send().await.unwrap();
    assert_eq!(auth.good_tokens(), 0, "ended at the start");
    let (pair, _) = cookie_named(&response, SIGN_IN_COOKIE).unwrap();
    let back = auth.authorize(&Url::parse(location(&response)).unwrap());
    // a session that another tab has opened meanwhile, and a browser that sends its cookie
    let meanwhile = portal.signed_in(&auth).await;
    let response = portal.finish(&back, &format!("{pair}; {meanwhile}")).await;
    assert_eq!(location(&response), "/#signed-in");
    assert_eq!(auth.good_tokens(), 1);
}

#[tokio::test]
async fn a_host_that_is_no_address_begins_nothing() {
    let (_auth, portal) = both().await;
    let request = portal.request(Method::GET, "/portal/sign-in").header("host", "a@b");
    problem(request.send().await.unwrap(), 400, "no_host").await;
}

#[tokio::test]
async fn a_client_with_a_secret_sends_it_with_the_code() {
    let auth = StubAuth::start().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret");
    std::fs::write(&file, "wgs_secret\n").unwrap();
    let portal = Portal::start_with(&auth.url, &["--sign-in-secret-file", file.to_str().unwrap()]).await;
    portal.signed_in(&auth).await;
    assert_eq!(auth.state.lock().unwrap().form["client_secret"], "wgs_secret");
}
