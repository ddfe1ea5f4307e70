//! The process itself: how it starts, what it says, how it stops.
//! Never kills by name, only the child that the test started.

use chassis::testing::process;

use crate::server::{self, INVENTORY};

#[tokio::test]
async fn sigterm_stops_gracefully() {
    process::stops_gracefully(&mut server::start().await, "/catalogue").await;
}

#[tokio::test]
async fn a_taken_port_is_exit_code_2_and_names_itself() {
    process::names_a_taken_port(&server::start().await).await;
}

#[tokio::test]
async fn a_missing_or_broken_key_file_stops_the_start() {
    process::needs_a_good_key_file(INVENTORY).await;
}

#[tokio::test]
async fn a_database_that_is_none_stops_the_start() {
    process::needs_a_database_that_is_one(INVENTORY).await;
}
