//! The business through HTTP: the catalogue, reservations, releases, and stock under contention.
//! Never assumes an order between parallel requests.

use std::sync::Arc;

use chassis::testing::Running;
use reqwest::Method;
use serde_json::{Value, json};

use crate::server;

fn wanted(order: &str, lines: &[(&str, u32)]) -> Value {
    let lines: Vec<_> = lines.iter().map(|(sku, quantity)| json!({"sku": sku, "quantity": quantity})).collect();
    json!({"order_id": order, "lines": lines})
}

async fn stock(server: &Running, sku: &str) -> u64 {
    let token = server.issuer.customer("reader");
    server.get(&format!("/catalogue/{sku}"), &token).await.body["stock"].as_u64().unwrap()
}

#[tokio::test]
async fn the_catalogue_has_a_first_stock() {
    let server = server::start().await;
    let token = server.issuer.customer("alice");
    let answer = server.get("/catalogue", &token).await;
    let items = answer.body["items"].as_array().unwrap();
    assert!((8..=12).contains(&items.len()));
    let grinder = json!({"sku": "GRIND-HAND", "name": "Hand grinder, ceramic burrs", "price_cents": 5900,
        "currency": "EUR", "stock": 25});
    assert!(items.contains(&grinder), "{items:?}");
    assert_eq!(server.get("/catalogue/GRIND-HAND", &token).await.body, grinder);
    server.get("/catalogue/NOT-THERE", &token).await.is_problem(404, "not_found");
    server.get("/catalogue/a%20b", &token).await.is_problem(404, "not_found");
}

#[tokio::test]
async fn a_reservation_is_priced_idempotent_and_survives_a_kill() {
    let server = server::start().await;
    let alice = server.issuer.customer("alice");
    let body = wanted("o1", &[("GRIND-HAND", 2), ("CUP-SET-4", 1)]);
    let first = server.post("/reservations", &alice, body.clone()).await;
    let priced = json!([{"sku": "CUP-SET-4", "quantity": 1, "price_cents": 3200},
        {"sku": "GRIND-HAND", "quantity": 2, "price_cents": 5900}]);
    assert_eq!((first.status, &first.body["lines"], &first.body["currency"]), (201, &priced, &json!("EUR")));
    let server = server.restart(|_| {}).await;
    let second = server.post("/reservations", &alice, body.clone()).await;
    assert_eq!((second.status, second.body), (200, first.body));
    assert_eq!(stock(&server, "GRIND-HAND").await, 23);
    let changed = wanted("o1", &[("GRIND-HAND", 3)]);
    server.post("/reservations", &alice, changed).await.is_problem(409, "reservation_conflict");
    let mallory = server.issuer.customer("mallory");
    server.post("/reservations", &mallory, body).await.is_problem(409, "reservation_conflict");
}

#[tokio::test]
async fn out_of_stock_names_the_sku_and_takes_nothing() {
    let server = server::start().await;
    let alice = server.issuer.customer("alice");
    let body = wanted("o1", &[("CUP-SET-4", 1), ("MACHINE-DUAL", 4)]);
    let answer = server.post("/reservations", &alice, body).await;
    answer.is_problem(409, "out_of_stock");
    assert_eq!(answer.body["sku"], "MACHINE-DUAL");
    assert_eq!((stock(&server, "CUP-SET-4").await, stock(&server, "MACHINE-DUAL").await), (50, 3));
}

#[tokio::test]
async fn only_the_owner_and_staff_release() {
    let server = server::start().await;
    let (alice, mallory) = (server.issuer.customer("alice"), server.issuer.customer("mallory"));
    let staff = server.issuer.staff("bob");
    for order in ["o1", "o2"] {
        assert_eq!(server.post("/reservations", &alice, wanted(order, &[("GRIND-HAND", 5)])).await.status, 201);
    }
    let release = |order: &'static str, token: String| {
        let server = &server;
        async move { server.call(Method::DELETE, &format!("/reservations/{order}"), Some(&token), None).await }
    };
    release("o1", mallory).await.is_problem(404, "not_found");
    assert_eq!(stock(&server, "GRIND-HAND").await, 15);
    assert_eq!(release("o1", alice.clone()).await.status, 204);
    assert_eq!(release("o1", alice.clone()).await.status, 204);
    assert_eq!(release("o2", staff).await.status, 204);
    assert_eq!(stock(&server, "GRIND-HAND").await, 25);
    let again = wanted("o1", &[("GRIND-HAND", 5)]);
    server.post("/reservations", &alice, again).await.is_problem(409, "reservation_released");
}

#[tokio::test]
async fn staff_set_stock_within_bounds() {
    let server = server::start().await;
    let staff = server.issuer.staff("bob");
    let put = |sku: &'static str, stock: Value| {
        let (server, staff) = (&server, &staff);
        let path = format!("/catalogue/{sku}/stock");
        async move { server.call(Method::PUT, &path, Some(staff), Some(json!({ "stock": stock }))).await }
    };
    let answer = put("GRIND-HAND", json!(7)).await;
    assert_eq!((answer.status, &answer.body["stock"]), (200, &json!(7)));
    put("NOT-THERE", json!(7)).await.is_problem(404, "not_found");
    put("GRIND-HAND", json!(1_000_001)).await.is_problem(422, "invalid_stock");
    put("GRIND-HAND", json!(-1)).await.is_problem(422, "invalid_body");
    assert_eq!(stock(&server, "GRIND-HAND").await, 7);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_buyers_of_the_last_ten_are_ten_winners() {
    let server = Arc::new(server::start().await);
    let staff = server.issuer.staff("bob");
    let path = "/catalogue/GRIND-HAND/stock";
    server.call(Method::PUT, path, Some(&staff), Some(json!({"stock": 10}))).await;
    let buyers: Vec<_> = (0..50)
        .map(|n| {
            let server = Arc::clone(&server);
            tokio::spawn(async move {
                let token = server.issuer.customer(&format!("buyer-{n}"));
                let body = wanted(&format!("o{n}"), &[("GRIND-HAND", 1)]);
                server.post("/reservations", &token, body).await
            })
        })
        .collect();
    let mut winners = 0;
    for buyer in buyers {
        let answer = buyer.await.unwrap();
        match answer.status {
            201 => winners += 1,
            _ => answer.is_problem(409, "out_of_stock"),
        }
    }
    assert_eq!((winners, stock(&server, "GRIND-HAND").await), (10, 0));
}
