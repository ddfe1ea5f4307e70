//! What a client may send wrong, and the one form of every error.
//! Never lets garbage reach the stock.

use chassis::testing::bodies;
use serde_json::json;

use crate::server;

#[tokio::test]
async fn garbage_is_answered_with_a_problem() {
    let twice = r#"{"order_id":"a","order_id":"b","lines":[]}"#;
    bodies::refuses_garbage(&server::start().await, "/reservations", twice).await;
}

#[tokio::test]
async fn lines_outside_the_rules_are_refused() {
    let server = server::start().await;
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
        (json!([line("no such/sku", 1)]), "invalid_body"),
        (json!([{"sku": "CUP-SET-4", "quantity": 1, "price_cents": 1}]), "invalid_body"),
        (json!([line("NOT-THERE", 1)]), "unknown_sku"),
    ] {
        let body = json!({"order_id": "o1", "lines": lines});
        server.post("/reservations", &token, body).await.is_problem(422, code);
    }
    let bad_id = json!({"order_id": "../x", "lines": [line("CUP-SET-4", 1)]});
    server.post("/reservations", &token, bad_id).await.is_problem(422, "invalid_body");
    assert_eq!(server.get("/catalogue/CUP-SET-4", &token).await.body["stock"], 50);
}

#[tokio::test]
async fn a_problem_repeats_the_request_id() {
    bodies::repeats_the_request_id(&server::start().await, "/catalogue/NOPE", "/catalogue").await;
}
