//! Cross-site request forgery, tried from the outside. Never may another site change a session.

use reqwest::{Method, RequestBuilder};

use crate::{
    running::{Portal, location, problem},
    stub_auth::StubAuth,
};

const SESSION: &str = "/portal/session";
const REFRESH: &str = "/portal/session/refresh";
const BODY: &str = "{}";

fn json(portal: &Portal, method: Method, path: &str) -> RequestBuilder {
    portal.request(method, path).header("content-type", "application/json").body(BODY)
}

#[tokio::test]
async fn requests_from_elsewhere_are_refused_on_every_session_path() {
    let auth = StubAuth::start().await;
    let portal = Portal::start(&auth).await;
    let cookie = portal.signed_in(&auth).await;
    let paths = [(Method::DELETE, SESSION), (Method::POST, REFRESH)];
    for (method, path) in paths {
        let send = |request: RequestBuilder| request.header("cookie", &cookie).send();
        let foreign = [
            json(&portal, method.clone(), path),
            json(&portal, method.clone(), path).header("origin", "http://evil.example"),
            json(&portal, method.clone(), path).header("origin", "null"),
            json(&portal, method.clone(), path).header("sec-fetch-site", "cross-site").header("origin", &portal.url),
            json(&portal, method.clone(), path).header("sec-fetch-site", "same-site"),
        ];
        for request in foreign {
            let response = send(request).await.unwrap();
            assert!(!response.headers().contains_key("set-cookie"));
            problem(response, 403, "cross_origin").await;
        }
    }
    assert_eq!(auth.good_tokens(), 1, "the session is untouched");
}

#[tokio::test]
async fn a_form_cannot_send_what_is_taken() {
    let auth = StubAuth::start().await;
    let portal = Portal::start(&auth).await;
    for media_type in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"] {
        let request = portal.request(Method::POST, REFRESH).header("origin", &portal.url).body(BODY);
        problem(request.header("content-type", media_type).send().await.unwrap(), 415, "not_json").await;
    }
    let without_type = portal.request(Method::DELETE, SESSION).header("origin", &portal.url);
    problem(without_type.send().await.unwrap(), 415, "not_json").await;
}

#[tokio::test]
async fn an_old_browser_is_judged_by_its_origin() {
    let auth = StubAuth::start().await;
    let portal = Portal::start(&auth).await;
    let response = json(&portal, Method::POST, REFRESH).header("origin", &portal.url).send().await.unwrap();
    assert_eq!(response.status(), 204);
}

#[tokio::test]
async fn a_public_url_is_the_only_origin_and_is_named_in_the_refusal() {
    let auth = StubAuth::start().await;
    let portal = Portal::start_with(&auth.url, &["--public-url", "http://shop.example.com:8080"]).await;
    let refused = portal.page_request(Method::POST, REFRESH).body(BODY).send().await.unwrap();
    let document = problem(refused, 403, "cross_origin").await;
    assert!(document["detail"].as_str().unwrap().contains("http://shop.example.com:8080/"), "{document}");
    let request = json(&portal, Method::POST, REFRESH).header("origin", "http://shop.example.com:8080");
    assert_eq!(request.send().await.unwrap().status(), 204);
}

#[tokio::test]
async fn a_page_of_somebody_else_cannot_begin_a_sign_in() {
    let auth = StubAuth::start().await;
    let portal = Portal::start(&auth).await;
    let cookie = portal.signed_in(&auth).await;
    for site in ["cross-site", "same-site"] {
        let request = portal.request(Method::GET, "/portal/sign-in").header("sec-fetch-site", site);
        let response = request.header("cookie", &cookie).send().await.unwrap();
        assert_eq!((response.status().as_u16(), location(&response)), (303, "/"));
        assert!(!response.headers().contains_key("set-cookie"));
    }
    assert_eq!(auth.good_tokens(), 1, "the session is untouched");
}
