//! SIGTERM: what was begun is finished, nothing new is taken. Never may a stop cut an answer.

use std::process::Command;

use tokio::net::TcpStream;
use witgate_tests::deadline;

use crate::wire::Wire;

#[tokio::test]
async fn a_stop_finishes_what_was_begun() {
    let mut wire = Wire::start("", "").await;
    let mut client = wire.client().await;
    client.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n").await;
    let mut upstream = wire.accepted().await;
    upstream.until("\r\n\r\n").await;
    upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf").await;
    client.until("half").await;
    let asked = Command::new("kill").args(["-TERM", &wire.gateway.id().to_string()]).status();
    assert!(asked.expect("the kill command").success());
    let address = wire.address().to_owned();
    let refused = || async { TcpStream::connect(&address).await.is_err().then_some(()) };
    deadline::until(std::time::Duration::from_secs(10), "the listener to close", refused).await;
    upstream.send("rest").await;
    client.until("rest").await;
    assert!(wire.gateway.wait().await.success());
}
