//! Who gets in: every path against tokens that are missing, bad, weak or good.
//! Never asserts on the wording of a refusal, only on status, code and challenge.

use chassis::testing::access::{self, Path};
use reqwest::Method;
use serde_json::json;

use crate::server;

/// Every path that is not public, with the scope or role that it needs.
fn paths() -> [Path; 5] {
    [
        (Method::GET, "/catalogue", None),
        (Method::GET, "/catalogue/GRIND-HAND", None),
        (Method::PUT, "/catalogue/GRIND-HAND/stock", Some(json!({"stock": 1}))),
        (
            Method::POST,
            "/reservations",
            Some(json!({"order_id": "o", "lines": [{"sku": "GRIND-HAND", "quantity": 1}]})),
        ),
        (Method::DELETE, "/reservations/o", None),
    ]
}

#[tokio::test]
async fn no_path_opens_without_a_good_token() {
    let server = server::start().await;
    access::demands_a_good_token(&server, &paths()).await;
    let stock = &server.get("/catalogue/GRIND-HAND", &server.issuer.staff("bob")).await.body["stock"];
    assert_eq!(stock, 25, "a refused request changed something");
}

#[tokio::test]
async fn a_good_token_without_the_right_is_403() {
    let server = server::start().await;
    let weak = server.issuer.token("alice", "orders:read", &["customer"]);
    for (method, path, body) in paths() {
        let answer = server.call(method.clone(), path, Some(&weak), body).await;
        answer.is_problem(403, "insufficient_scope");
        assert!(answer.challenge.contains("insufficient_scope"), "{method} {path}: {answer:?}");
    }
}

#[tokio::test]
async fn setting_stock_takes_both_the_role_and_the_scope() {
    let server = server::start().await;
    let token = |scope: &str, role: &str| server.issuer.token("bob", scope, &[role]);
    for (token, code) in [
        (token("catalogue:read", "staff"), "insufficient_scope"),
        (token("catalogue:read stock:write", "customer"), "insufficient_role"),
    ] {
        let body = Some(json!({"stock": 1}));
        let answer = server.call(Method::PUT, "/catalogue/GRIND-HAND/stock", Some(&token), body).await;
        answer.is_problem(403, code);
    }
    let staff = server.issuer.staff("bob");
    assert_eq!(server.get("/catalogue/GRIND-HAND", &staff).await.body["stock"], 25, "a refused request changed it");
}

#[tokio::test]
async fn health_is_public_and_nothing_else_is_there() {
    access::opens_health_alone(&server::start().await, "/catalogue").await;
}
