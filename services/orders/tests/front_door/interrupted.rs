//! Placements that are cut: the client hangs up, the process is told to stop, the process is killed.
//! Never waits by sleeping: the stub says when a reservation has arrived, and a gate when it goes on.

use std::time::Duration;

use chassis::testing::DEADLINE;
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::inventory_stub::Mood;
use crate::server::Server;

/// Starts an order, and hangs up once inventory has the reservation.
async fn order_and_hang_up(server: &Server, token: &str) {
    server.inventory.is(Mood::Gated);
    tokio::select! {
        answer = server.order(token, "A", 1) => panic!("answered too early: {answer:?}"),
        _ = server.inventory.saw("POST") => {}
    }
}

/// The newest order once `done` likes it; asked again until the deadline.
async fn newest(server: &Server, token: &str, done: impl Fn(&Value) -> bool) -> Value {
    let mut ticks = tokio::time::interval(Duration::from_millis(20));
    let asking = async {
        loop {
            ticks.tick().await;
            let order = server.get("/orders", token).await.body["orders"][0].clone();
            if done(&order) {
                return order;
            }
        }
    };
    tokio::time::timeout(DEADLINE, asking).await.unwrap()
}

#[tokio::test]
async fn an_order_whose_client_hangs_up_is_finished() {
    let server = Server::start().await;
    let alice = server.issuer.customer("alice");
    order_and_hang_up(&server, &alice).await;
    assert_eq!(newest(&server, &alice, |order| order.is_object()).await["status"], "pending");
    server.inventory.gate.add_permits(1);
    let order = newest(&server, &alice, |order| order["status"] != "pending").await;
    assert_eq!((&order["status"], &order["total_cents"]), (&json!("confirmed"), &json!(100)));
}

#[tokio::test]
async fn sigterm_lets_an_order_finish() {
    let mut server = Server::start().await;
    let alice = server.issuer.customer("alice");
    server.inventory.is(Mood::Gated);
    let stop = async {
        server.inventory.saw("POST").await;
        server.terminate();
        server.inventory.gate.add_permits(1);
    };
    let (answer, ()) = tokio::join!(server.order(&alice, "A", 1), stop);
    assert_eq!((answer.status, &answer.body["status"]), (201, &json!("confirmed")));
    assert_eq!(server.exit_code().await, Some(0));
}

#[tokio::test]
async fn sigterm_lets_an_order_finish_whose_client_is_gone() {
    let mut server = Server::start().await;
    let alice = server.issuer.customer("alice");
    order_and_hang_up(&server, &alice).await;
    server.terminate();
    server.inventory.gate.add_permits(1);
    assert_eq!(server.exit_code().await, Some(0));
    let server = server.restart(|_| {}).await;
    assert_eq!(newest(&server, &alice, Value::is_object).await["status"], "confirmed");
}

#[tokio::test]
async fn an_order_cut_by_a_kill_is_marked_at_the_next_start_once_it_is_old() {
    let server = Server::start().await;
    let alice = server.issuer.customer("alice");
    order_and_hang_up(&server, &alice).await;
    let server = server.restart(|_| {}).await;
    assert_eq!(newest(&server, &alice, Value::is_object).await["status"], "pending", "too young to give up");
    let age = |folder: &std::path::Path| {
        let database = Connection::open(folder.join("state/orders.sqlite")).unwrap();
        let change = "UPDATE orders SET created_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-61 seconds')";
        assert_eq!(database.execute(change, ()).unwrap(), 1);
    };
    let server = server.restart(age).await;
    let order = newest(&server, &alice, |order| order["status"] != "pending").await;
    assert_eq!((&order["status"], &order["failure"]), (&json!("failed"), &json!("interrupted")));
}
