//! The log is for operators. Never may its reader's absence cost a request, and never does a request leave no line.

use std::time::Duration;

use witgate_tests::deadline;

use crate::wire::Wire;

const SOON: Duration = Duration::from_secs(10);

#[tokio::test]
async fn nobody_reading_the_log_costs_nothing() {
    let wire = Wire::start_unread("", "").await;
    let mut client = wire.client().await;
    for _ in 0..3 {
        client.send("TRACE /a HTTP/1.1\r\nHost: a\r\n\r\n").await;
        client.until("method_refused").await;
    }
    let mut wire = wire;
    assert!(wire.gateway.stop().await.success(), "it stops in order, too");
}

#[tokio::test]
async fn a_client_that_goes_away_leaves_a_line() {
    let wire = Wire::start("", "").await;
    let mut client = wire.client().await;
    client.send("GET /left HTTP/1.1\r\nHost: a\r\n\r\n").await;
    let mut upstream = wire.accepted().await;
    upstream.until("\r\n\r\n").await;
    drop(client);
    let line = || {
        let log = wire.gateway.log();
        let found = log.lines().any(|line| line.contains("\"client_gone\"") && line.contains("\"/left\""));
        async move { found.then_some(()) }
    };
    deadline::until(SOON, "the line of the client that went away", line).await;
}
