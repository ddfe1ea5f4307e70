//! The page and its files, as a browser gets them. Never without the policy that locks the page down.

use reqwest::Method;

use crate::{
    running::{Portal, problem},
    stub_auth::StubAuth,
};

async fn portal() -> Portal {
    Portal::start(&StubAuth::start().await).await
}

#[tokio::test]
async fn the_page_is_there_with_a_strict_policy() {
    let portal = portal().await;
    let response = portal.request(Method::GET, "/").send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "text/html; charset=utf-8");
    let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
    for part in [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data:",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "require-trusted-types-for 'script'",
    ] {
        assert!(policy.split("; ").any(|directive| directive == part), "{part} is not in {policy}");
    }
    let page = response.text().await.unwrap();
    assert!(page.contains("<title>Witgate portal</title>"));
}

#[tokio::test]
async fn every_answer_carries_the_security_headers_errors_too() {
    let portal = portal().await;
    for path in ["/", "/assets/app.js", "/assets/nothing.js", "/nowhere", "/portal/token", "/healthz"] {
        let response = portal.request(Method::GET, path).send().await.unwrap();
        for name in ["content-security-policy", "referrer-policy", "cross-origin-opener-policy", "permissions-policy"] {
            assert!(response.headers().contains_key(name), "{path} has no {name}");
        }
        assert_eq!(response.headers()["x-content-type-options"], "nosniff");
        assert_eq!(response.headers()["x-frame-options"], "DENY");
    }
}

#[tokio::test]
async fn every_file_that_the_page_and_its_scripts_name_is_served() {
    let portal = portal().await;
    let mut todo = vec!["/".to_owned()];
    let mut seen = Vec::new();
    while let Some(path) = todo.pop() {
        let response = portal.request(Method::GET, &path).send().await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        let text = response.text().await.unwrap();
        let quoted = text.split('"').filter_map(|part| match part.strip_prefix("./") {
            Some(module) => module.ends_with(".js").then(|| format!("/assets/{module}")),
            None => part.starts_with("/assets/").then(|| part.to_owned()),
        });
        seen.push(path);
        todo.extend(quoted.filter(|path| !seen.contains(path)));
        todo.sort();
        todo.dedup();
    }
    assert!(seen.len() > 10, "{seen:?}");
}

#[tokio::test]
async fn assets_are_revalidated_by_their_etag() {
    let portal = portal().await;
    let first = portal.request(Method::GET, "/assets/portal.css").send().await.unwrap();
    assert_eq!(first.headers()["content-type"], "text/css; charset=utf-8");
    assert_eq!(first.headers()["cache-control"], "no-cache");
    let etag = first.headers()["etag"].clone();
    let again = portal.request(Method::GET, "/assets/portal.css").header("if-none-match", &etag).send().await.unwrap();
    assert_eq!(again.status(), 304);
    assert_eq!(again.headers()["etag"], etag);
    assert!(again.bytes().await.unwrap().is_empty());
    let other = portal.request(Method::GET, "/assets/app.js").header("if-none-match", &etag).send().await.unwrap();
    assert_eq!(other.status(), 200);
}

#[tokio::test]
async fn what_does_not_exist_is_a_problem_document() {
    let portal = portal().await;
    for path in ["/nowhere", "/assets/nothing.js", "/assets/..%2fCargo.toml", "/assets/portal", "/portal"] {
        problem(portal.request(Method::GET, path).send().await.unwrap(), 404, "not_found").await;
    }
    problem(portal.request(Method::PUT, "/").send().await.unwrap(), 405, "method_not_allowed").await;
}
