//! The log is for operators. Never may its reader's absence cost a request, and never does a request leave no line.

use crate::wire::Wire;

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
    let (client, _upstream) = wire.asked("/left").await;
    drop(client);
    wire.logged("the client that went away", |line| line.contains("\"client_gone\"") && line.contains("\"/left\""))
        .await;
}

#[tokio::test]
async fn an_answer_that_ends_early_leaves_a_line() {
    let wire = Wire::start("", "").await;
    let (mut client, upstream) = wire.half_answered("/broken").await;
    drop(upstream);
    assert_eq!(client.rest().await, "");
    wire.logged("the upstream that broke off", |line| {
        line.contains("an answer was cut") && line.contains("could not be read")
    })
    .await;
    // The head must come in this time, too.
    let wire = Wire::start("", "response-timeout-ms = 8000").await;
    let (mut client, _upstream) = wire.half_answered("/stalled").await;
    assert_eq!(client.rest().await, "");
    wire.logged("the upstream that stalled", |line| {
        ["an answer was cut", "stalled", "\"upstream\":\"test\"", "\"route\":\"all\"", "\"request_id\":\""]
            .iter()
            .all(|part| line.contains(part))
    })
    .await;
}
