//! What a client may send wrong, and the one form of every error.
//! Never lets garbage reach inventory or the database.

use chassis::testing::bodies;
use serde_json::json;

use crate::server::Server;

#[tokio::test]
async fn garbage_is_answered_with_a_problem() {
    let twice = r#"{"lines":[],"lines":[]}"#;
    bodies::refuses_garbage(&*Server::start().await, "/orders", twice).await;
}

#[tokio::test]
async fn lines_outside_the_rules_are_refused() {
    let server = Server::start().await;
    let token = server.issuer.customer("alice");
    let line = |sku: &str, quantity: i64| json!({"sku": sku, "quantity": quantity});
    let many: Vec<_> = (0..51).map(|n| line(&format!("S{n}"), 1)).collect();
    for (lines, code) in [
        (json!([]), "invalid_lines"),
        (json!(many), "invalid_lines"),
        (json!([line("CUP-SET-4", 0)]), "invalid_lines"),
        (json!([line("CUP-SET-4", 1001)]), "invalid_lines"),
        (json!([line("CUP-SET-4", 1), line("CUP-SET-4", 1)]), "invalid_lines"),
        (json!([line("CUP-SET-4", -1)]), "invalid_body"),
        (json!([line("CUP-SET-4", 5_000_000_000)]), "invalid_body"),
        (json!([line("no such/sku", 1)]), "invalid_lines"),
        (json!([{"sku": "CUP-SET-4", "quantity": 1, "price_cents": 1}]), "invalid_body"),
    ] {
        let body = json!({"lines": lines});
        server.post("/orders", &token, body).await.is_problem(422, code);
    }
    let forged = json!({"lines": [line("CUP-SET-4", 1)], "user": "bob"});
    server.post("/orders", &token, forged).await.is_problem(422, "invalid_body");
    assert_eq!(server.inventory.seen(), []);
    assert_eq!(server.get("/orders", &token).await.body["orders"], json!([]));
}

#[tokio::test]
async fn a_query_outside_the_rules_is_refused() {
    let server = Server::start().await;
    let token = server.issuer.staff("bob");
    for query in ["limit=0", "limit=101", "limit=-1", "limit=x", "before=x", "all=yes", "limit=1&limit=2", "user=alice"]
    {
        server.get(&format!("/orders?{query}"), &token).await.is_problem(400, "invalid_query");
    }
}

#[tokio::test]
async fn a_problem_repeats_the_request_id() {
    bodies::repeats_the_request_id(&*Server::start().await, "/orders/nope", "/orders").await;
}
