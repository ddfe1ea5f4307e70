//! Paths that two readers could take for different ones. Never repaired: refused.

use serde_json::Value;
use witgate_tests::{Stack, raw};

#[tokio::test]
async fn ambiguous_paths_are_refused() {
    let stack = Stack::start().await;
    let token = stack.login("alice").await.access;
    let credentials = format!("Authorization: Bearer {token}\r\n");
    let cases = [
        "/orders/%2f",
        "/orders%2Fall",
        "/orders/..",
        "/orders/../whoami",
        "/orders/%2e%2e/whoami",
        "/orders/.",
        "/orders/%00",
        "/orders\\all",
        "/orders/%5cx",
        "//orders",
        "/orders//x",
        "/orders/..;/whoami",
        "/orders/%zz",
        "/orders/%ff",
    ];
    for path in cases {
        let (status, answer) = raw::get(stack.gateway_url(), path, &credentials).await;
        assert_eq!(status, 400, "{path}: {answer}");
        let body = answer.split_once("\r\n\r\n").expect("a body").1;
        let body: Value = serde_json::from_str(body).unwrap_or_else(|error| panic!("{path}: {error}: {body}"));
        assert!(body["code"].as_str().is_some_and(|code| code.starts_with("path_")), "{path}: {body}");
        assert!(body["request_id"].is_string(), "{path}: {body}");
    }
}

#[tokio::test]
async fn two_spellings_of_one_path_are_one_route() {
    let stack = Stack::start().await;
    let (status, answer) = raw::get(stack.gateway_url(), "/%77hoami", "").await;
    assert_eq!(status, 401, "an escaped letter is the letter, so the route demands a token: {answer}");
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused() {
    let stack = Stack::start().await;
    let token = stack.login("alice").await.access;
    let request = stack.ask(reqwest::Method::POST, "/orders").bearer_auth(token).body(vec![b' '; 65_537]);
    assert_eq!(request.send().await.expect("an answer").status(), 413);
}
