//! Who gets in: every path against tokens that are missing, bad, weak or good.
//! Never asserts on the wording of a refusal, only on status, code and challenge.

use chassis::testing::access::{self, Path};
use reqwest::Method;
use serde_json::json;

use crate::server::Server;

/// Every path that is not public.
fn paths() -> [Path; 5] {
    [
        (Method::GET, "/orders", None),
        (Method::GET, "/orders?all=true", None),
        (Method::GET, "/orders/01890000-0000-7000-8000-000000000000", None),
        (Method::POST, "/orders", Some(json!({"lines": [{"sku": "GRIND-HAND", "quantity": 1}]}))),
        (Method::GET, "/whoami", None),
    ]
}

#[tokio::test]
async fn no_path_opens_without_a_good_token() {
    let server = Server::start().await;
    access::demands_a_good_token(&server, &paths()).await;
    assert_eq!(server.inventory.seen(), [], "a refused request reached inventory");
}

#[tokio::test]
async fn a_good_token_without_the_right_is_403() {
    let server = Server::start().await;
    let weak = server.issuer.token("alice", "catalogue:read", &["customer"]);
    for (method, path, body) in paths() {
        let answer = server.call(method.clone(), path, Some(&weak), body).await;
        if path == "/whoami" {
            assert_eq!(answer.status, 200, "any good token asks who it is");
            continue;
        }
        answer.is_problem(403, "insufficient_scope");
        assert!(answer.challenge.contains("insufficient_scope"), "{method} {path}: {answer:?}");
    }
    let customer = server.issuer.customer("alice");
    server.get("/orders?all=true", &customer).await.is_problem(403, "insufficient_role");
    assert_eq!(server.inventory.seen(), [], "a refused request reached inventory");
}

#[tokio::test]
async fn health_is_public_and_nothing_else_is_there() {
    access::opens_health_alone(&*Server::start().await, "/orders").await;
}
