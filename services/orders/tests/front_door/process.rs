//! The process itself: how it starts, what it says, how it stops.
//! Never kills by name, only the child that the test started.

use chassis::testing::{process, program};

use crate::server::{ORDERS, Server};

#[tokio::test]
async fn sigterm_stops_gracefully() {
    process::stops_gracefully(&mut *Server::start().await, "/orders").await;
}

#[tokio::test]
async fn a_taken_port_is_exit_code_2_and_names_itself() {
    process::names_a_taken_port(&*Server::start().await).await;
}

#[tokio::test]
async fn a_missing_or_broken_key_file_stops_the_start() {
    process::needs_a_good_key_file(ORDERS).await;
}

#[tokio::test]
async fn a_database_that_is_none_stops_the_start() {
    process::needs_a_database_that_is_one(ORDERS).await;
}

#[tokio::test]
async fn tokens_are_not_sent_in_the_clear_unless_accepted() {
    let (_issuer, folder) = program::fresh();
    let mut start = ORDERS.command(folder.path(), "127.0.0.1:0");
    let message = process::refuses_to_start(start.args(["--inventory-url", "http://192.0.2.1:9102"])).await;
    assert!(message.contains("192.0.2.1") && message.contains("--allow-http"), "{message}");
}
