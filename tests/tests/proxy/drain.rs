//! SIGTERM: what was begun is finished, nothing new is taken. Never may a stop cut an answer.

use std::process::Command;
use std::time::Duration;

use tokio::net::TcpStream;
use witgate_tests::deadline::{self, PATIENCE};

use crate::wire::Wire;

fn signal(wire: &Wire, name: &str) {
    let sent = Command::new("kill").args([name, &wire.gateway.id().to_string()]).status();
    assert!(sent.expect("the kill command").success());
}

/// The gateway is held, so that the request waits in the kernel's queue when the stop comes.
#[tokio::test]
async fn a_stop_serves_who_waits_in_the_queue() {
    let mut wire = Wire::start("", "").await;
    signal(&wire, "-STOP");
    let mut client = wire.client().await;
    client.send("GET //a HTTP/1.1\r\nHost: a\r\n\r\n").await;
    signal(&wire, "-TERM");
    signal(&wire, "-CONT");
    client.until("path_empty_segment").await;
    assert!(wire.gateway.wait().await.success());
}

#[tokio::test]
async fn a_stop_finishes_what_was_begun() {
    let mut wire = Wire::start("", "").await;
    let (mut client, mut upstream) = wire.half_answered("/a").await;
    signal(&wire, "-TERM");
    let address = wire.address().to_owned();
    let refused = || async { TcpStream::connect(&address).await.is_err().then_some(()) };
    deadline::until(PATIENCE, "the listener to close", refused).await;
    upstream.send("rest").await;
    client.until("rest").await;
    assert!(wire.gateway.wait().await.success());
}

#[tokio::test]
async fn a_second_stop_waits_for_nobody() {
    let mut wire = Wire::start("", "").await;
    let (mut client, _upstream) = wire.half_answered("/a").await;
    // Held meanwhile, so that both come at once, however long it takes to send them.
    signal(&wire, "-STOP");
    signal(&wire, "-TERM");
    signal(&wire, "-INT");
    signal(&wire, "-CONT");
    wire.logged("the drain", |line| line.contains("draining")).await;
    assert!(client.silent_for(Duration::from_millis(1500)).await, "what is asked twice at once is one stop");
    signal(&wire, "-INT");
    assert_eq!(client.rest().await, "");
    assert!(wire.gateway.wait().await.success());
}
