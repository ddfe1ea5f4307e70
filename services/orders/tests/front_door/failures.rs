//! Placing an order when inventory is gone, hangs or talks nonsense: 503, a failed order, and stock given back.
//! Never accepts an answer that was not asked for.

use serde_json::json;

use crate::inventory_stub::Mood;
use crate::server::Server;

#[tokio::test]
async fn inventory_gone_is_503_and_a_failed_order() {
    let server = Server::start_alone().await;
    let alice = server.issuer.customer("alice");
    let answer = server.order(&alice, "A", 1).await;
    answer.is_problem(503, "inventory_unavailable");
    assert_eq!(answer.retry_after, "2");
    let order = &server.get("/orders", &alice).await.body["orders"][0];
    assert_eq!((&order["status"], &order["failure"]), (&json!("failed"), &json!("inventory_unavailable")));
}

/// A mood whose outcome is unknown or wrong: the caller gets 503, and the stock is given back with the same token.
async fn check_undone(mood: Mood) {
    let server = Server::start().await;
    let alice = server.issuer.customer("alice");
    server.inventory.is(mood.clone());
    server.order(&alice, "A", 1).await.is_problem(503, "inventory_unavailable");
    let order = server.get("/orders", &alice).await.body["orders"][0].clone();
    assert_eq!(order["status"], "failed", "{mood:?}");
    let release = server.inventory.saw("DELETE").await;
    assert_eq!(release.call, format!("DELETE {}", order["id"].as_str().unwrap()), "{mood:?}");
    assert_eq!(release.authorization, format!("Bearer {alice}"));
    assert_eq!(server.inventory.seen().len(), 2, "{mood:?}");
}

#[tokio::test]
async fn no_answer_in_time_is_undone() {
    check_undone(Mood::Gated).await;
}

#[tokio::test]
async fn nonsense_is_undone() {
    check_undone(Mood::Says(500, json!({"code": "out_of_stock", "sku": "A"}))).await;
    check_undone(Mood::Says(409, json!({"code": "out_of_stock", "sku": "NOT-ASKED"}))).await;
    check_undone(Mood::Babbles("<html>".to_owned())).await;
    let good = r#"{"currency":"EUR","lines":[{"sku":"A","quantity":1,"price_cents":1}]}"#;
    check_undone(Mood::Babbles(good.to_owned() + &" ".repeat(1_000_000))).await;
}

#[tokio::test]
async fn prices_for_other_lines_are_undone() {
    let line = |sku: &str, quantity: u32| json!({"sku": sku, "quantity": quantity, "price_cents": 1});
    for lines in [json!([line("A", 2)]), json!([line("B", 1)]), json!([]), json!([line("A", 1), line("B", 1)])] {
        check_undone(Mood::Says(201, json!({"currency": "EUR", "lines": lines}))).await;
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed_with_the_token() {
    check_undone(Mood::Redirects).await;
}
