//! Placing an order when all goes well, and when inventory says no.
//! Never takes a price from anywhere but inventory's answer.

use chassis::testing::Answer;
use reqwest::Method;
use serde_json::json;

use crate::inventory_stub::Mood;
use crate::server::Server;

#[tokio::test]
async fn an_order_is_reserved_in_the_callers_name_priced_and_confirmed() {
    let server = Server::start().await;
    let alice = server.issuer.customer("alice");
    let body = json!({"lines": [{"sku": "B", "quantity": 2}, {"sku": "A", "quantity": 3}]});
    let request =
        server.request(Method::POST, "/orders").bearer_auth(&alice).header("x-request-id", "req-1").json(&body);
    let placed = Answer::of(request.send().await.unwrap()).await;
    assert_eq!(placed.status, 201, "{placed:?}");
    let (id, created_at) = (placed.body["id"].as_str().unwrap(), placed.body["created_at"].as_str().unwrap());
    let expected = json!({
        "id": id, "user": "alice", "status": "confirmed", "currency": "EUR", "total_cents": 500,
        "created_at": created_at,
        "lines": [{"sku": "A", "quantity": 3, "price_cents": 100}, {"sku": "B", "quantity": 2, "price_cents": 100}],
    });
    assert_eq!(placed.body, expected);
    assert!(created_at.ends_with('Z') && created_at.len() == "2026-01-01T00:00:00.000Z".len(), "{created_at}");
    assert_eq!(server.get(&format!("/orders/{id}"), &alice).await.body, expected);
    let seen = server.inventory.seen();
    assert_eq!(seen.len(), 1);
    assert_eq!((seen[0].call.as_str(), seen[0].request_id.as_str()), (format!("POST {id}").as_str(), "req-1"));
    assert_eq!(seen[0].authorization, format!("Bearer {alice}"));
}

#[tokio::test]
async fn what_inventory_refuses_is_refused_by_name_and_kept_as_failed() {
    let server = Server::start().await;
    let alice = server.issuer.customer("alice");
    for (status, code) in [(409, "out_of_stock"), (422, "unknown_sku")] {
        server.inventory.is(Mood::Says(status, json!({"code": code, "sku": "A"})));
        let answer = server.order(&alice, "A", 1).await;
        answer.is_problem(status, code);
        assert_eq!(answer.body["sku"], "A");
        let newest = &server.get("/orders", &alice).await.body["orders"][0];
        assert_eq!((&newest["status"], &newest["failure"]), (&json!("failed"), &json!(code)));
        assert_eq!((&newest["total_cents"], &newest["lines"][0]["price_cents"]), (&json!(null), &json!(null)));
    }
    assert!(server.inventory.seen().iter().all(|seen| seen.call.starts_with("POST")), "nothing to release");
}

#[tokio::test]
async fn a_token_that_inventory_refuses_is_refused() {
    let server = Server::start().await;
    let alice = server.issuer.customer("alice");
    for status in [401, 403] {
        server.inventory.is(Mood::Says(status, json!({"code": "token_expired"})));
        let answer = server.order(&alice, "A", 1).await;
        answer.is_problem(status, "inventory_refused");
        assert_eq!(answer.challenge.starts_with("Bearer"), status == 401, "{answer:?}");
    }
}
