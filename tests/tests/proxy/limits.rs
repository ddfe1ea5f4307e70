//! Limits on size and time. Never may one client's or one upstream's slowness hold a request for ever.

use std::time::Duration;

use crate::wire::Wire;

#[tokio::test]
async fn a_chunked_body_beyond_the_limit_ends() {
    let wire = Wire::start("body-bytes = 1024", "").await;
    let mut client = wire.client().await;
    let chunk = format!("400\r\n{}\r\n", "x".repeat(0x400));
    client.send(&format!("POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{chunk}")).await;
    let mut upstream = wire.accepted().await;
    upstream.until("xxxx").await;
    client.send("1\r\ny\r\n").await;
    let answer = client.until("body_too_large").await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    let rest = upstream.rest().await;
    assert!(!rest.contains("0\r\n\r\n"), "a cut body must not look whole: {rest:?}");
}

#[tokio::test]
async fn a_refusal_reaches_a_client_that_is_still_sending() {
    let wire = Wire::start("body-bytes = 1024", "").await;
    for _ in 0..5 {
        let mut client = wire.client().await;
        client.send("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n").await;
        client.send(&"x".repeat(1_000_000)).await;
        let answer = client.until("body_too_large").await;
        assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    }
}

#[tokio::test]
async fn a_connection_that_ends_after_an_early_answer_says_so() {
    let wire = Wire::start("", "").await;
    let refused = |headers: &str, length: usize, sent: usize| {
        let head = format!("POST //a HTTP/1.1\r\nHost: a\r\n{headers}Content-Length: {length}\r\n\r\n");
        format!("{head}{}", "x".repeat(sent))
    };
    for (request, ends) in [
        (refused("", 0, 0), false),
        (refused("", 1000, 1000), false),
        (refused("", 1000, 10), true),
        (refused("", 100_000, 100_000), true),
        (refused("Expect: 100-continue\r\n", 1000, 0), true),
    ] {
        let mut client = wire.client().await;
        client.send(&request).await;
        let answer = client.until("path_empty_segment").await;
        assert_eq!(answer.to_ascii_lowercase().contains("connection: close"), ends, "{answer}");
        assert!(!answer.contains("100 Continue"), "nobody asks for a body in vain: {answer}");
    }
    let mut client = wire.client().await;
    client.send("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc").await;
    let mut upstream = wire.accepted().await;
    upstream.until("abc").await;
    upstream.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno").await;
    let answer = client.until("\r\n\r\nno").await.to_ascii_lowercase();
    assert!(answer.contains("connection: close"), "{answer}");
}

#[tokio::test]
async fn a_stalled_body_ends() {
    let wire = Wire::start("idle-timeout-ms = 300", "").await;
    let mut client = wire.client().await;
    client.send("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc").await;
    let mut upstream = wire.accepted().await;
    upstream.until("abc").await;
    let answer = client.until("body_stalled").await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
}

#[tokio::test]
async fn a_dripping_head_ends_and_a_large_one_is_refused() {
    let wire = Wire::start("header-timeout-ms = 300", "").await;
    let mut client = wire.client().await;
    client.send("GET /a HTT").await;
    assert_eq!(client.rest().await, "", "no answer to half a head, only an end");
    let wire = Wire::start("header-bytes = 2048\nheaders = 20", "").await;
    let mut client = wire.client().await;
    client.send(&format!("GET /a HTTP/1.1\r\nHost: a\r\nX-Large: {}\r\n\r\n", "x".repeat(4096))).await;
    assert!(client.rest().await.starts_with("HTTP/1.1 431"));
    let mut client = wire.client().await;
    client.send(&format!("GET /a HTTP/1.1\r\nHost: a\r\n{}\r\n", "X-Many: 1\r\n".repeat(40))).await;
    assert!(client.rest().await.starts_with("HTTP/1.1 431"));
}

#[tokio::test]
async fn a_silent_upstream_is_given_up() {
    let wire = Wire::start("", "response-timeout-ms = 300").await;
    let (mut client, _upstream) = wire.asked("/a").await;
    let answer = client.until("upstream_timeout").await;
    assert!(answer.starts_with("HTTP/1.1 504"), "{answer}");
    // The head must come in time here, so this upstream has more of it.
    let wire = Wire::start("", "response-timeout-ms = 8000").await;
    let mut client = wire.client().await;
    client.send("GET /b HTTP/1.1\r\nHost: a\r\n\r\n").await;
    let mut upstream = wire.accepted().await;
    upstream.until("GET /b").await;
    upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf").await;
    let cut = client.rest().await;
    assert!(cut.ends_with("half"), "a stalled body is cut, so that the client sees it is not whole: {cut}");
}

#[tokio::test]
async fn an_upstream_that_is_gone_or_talks_nonsense_is_named_as_the_fault() {
    let wire = Wire::start("", "").await;
    let (mut client, mut upstream) = wire.asked("/a").await;
    upstream.send("not http at all\r\n\r\n").await;
    let answer = client.until("upstream_failed").await;
    assert!(answer.starts_with("HTTP/1.1 502"), "{answer}");
    drop(upstream);
    drop(wire.upstream);
    client.send("GET /b HTTP/1.1\r\nHost: a\r\n\r\n").await;
    let answer = client.until("upstream_unreachable").await.to_ascii_lowercase();
    assert!(answer.starts_with("http/1.1 502") && answer.contains("retry-after: 1"), "{answer}");
    assert!(!answer.contains("127.0.0.1"), "the caller does not learn our addresses: {answer}");
}

#[tokio::test]
async fn an_idle_connection_outlives_the_head_limit_also_after_a_refusal() {
    // Long enough for a whole head, also on a busy machine.
    let wire = Wire::start("header-timeout-ms = 3000", "").await;
    let mut client = wire.client().await;
    client.send("TRACE /a HTTP/1.1\r\nHost: a\r\n\r\n").await;
    client.until("method_refused").await;
    client.send("GET /b HT").await;
    assert_eq!(client.rest().await, "", "the second head drips, and has a time of its own");
    let mut client = wire.client().await;
    client.send("TRACE /a HTTP/1.1\r\nHost: a\r\n\r\n").await;
    client.until("method_refused").await;
    assert!(client.silent_for(Duration::from_secs(6)).await, "an idle connection stays");
    client.send("TRACE /a HTTP/1.1\r\nHost: a\r\n\r\n").await;
    client.until("method_refused").await;
}

#[tokio::test]
async fn a_client_that_reads_nothing_ends() {
    let wire = Wire::start("idle-timeout-ms = 300\nheader-timeout-ms = 3000", "").await;
    let (_client, mut upstream) = wire.asked("/a").await;
    upstream.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").await;
    let chunk = format!("10000\r\n{}\r\n", "x".repeat(0x10000));
    // The gateway stops reading when its client does, and gives both up: the upstream sees its connection end.
    assert!(upstream.fills_until_closed(&chunk).await, "the gateway let go of the upstream");
}

#[tokio::test]
async fn an_upstream_has_its_time_also_after_an_upload() {
    let wire = Wire::start("", "response-timeout-ms = 300").await;
    let mut client = wire.client().await;
    client.send("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody").await;
    let mut upstream = wire.accepted().await;
    upstream.until("body").await;
    let answer = client.until("upstream_timeout").await;
    assert!(answer.starts_with("HTTP/1.1 504"), "{answer}");
}

#[tokio::test]
async fn idle_clients_leave_descriptors_for_the_upstream() {
    let wire = Wire::start_with_few_descriptors().await;
    let mut client = wire.client().await;
    client.send("GET //a HTTP/1.1\r\nHost: a\r\n\r\n").await;
    client.until("path_empty_segment").await;
    let mut idle = Vec::new();
    for _ in 0..400 {
        idle.push(wire.client().await);
    }
    client.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n").await;
    let mut upstream = wire.accepted().await;
    upstream.until("\r\n\r\n").await;
    upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await;
    client.until("\r\n\r\nok").await;
    wire.logged("too few descriptors", |line| line.contains("too few descriptors for limits.connections")).await;
    assert!(!wire.gateway.log().contains("cannot accept"), "places run out before descriptors do");
}
