//! Bodies stream both ways: a byte arrives while its body is far from its end. Never may a body be held back whole.

use std::time::Duration;

use crate::wire::Wire;

#[tokio::test]
async fn both_bodies_flow_at_once() {
    let wire = Wire::start("", "").await;
    let mut client = wire.client().await;
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n").await;
    let mut upstream = wire.accepted().await;
    upstream.until("first").await;
    upstream.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npong\r\n").await;
    client.until("pong").await;
    client.send("6\r\nsecond\r\n").await;
    upstream.until("second").await;
    client.send("0\r\n\r\n").await;
    upstream.until("0\r\n\r\n").await;
    upstream.send("3\r\nend\r\n0\r\n\r\n").await;
    client.until("end\r\n0\r\n\r\n").await;
}

#[tokio::test]
async fn a_known_length_stays_known() {
    let wire = Wire::start("", "").await;
    let mut client = wire.client().await;
    client.send("PUT /a HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody").await;
    let mut upstream = wire.accepted().await;
    let head = upstream.until("body").await.to_ascii_lowercase();
    assert!(head.contains("content-length: 4") && !head.contains("transfer-encoding"), "{head}");
    upstream.send("HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok").await;
    let answer = client.until("\r\n\r\nok").await.to_ascii_lowercase();
    assert!(answer.starts_with("http/1.1 201") && answer.contains("content-length: 2"), "{answer}");
}

#[tokio::test]
async fn answers_without_a_body_leave_the_connection_usable() {
    let wire = Wire::start("", "").await;
    let mut client = wire.client().await;
    client.send("HEAD /a HTTP/1.1\r\nHost: a\r\n\r\n").await;
    let mut upstream = wire.accepted().await;
    upstream.until("\r\n\r\n").await;
    upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n").await;
    let head = client.until("\r\n\r\n").await.to_ascii_lowercase();
    assert!(head.contains("content-length: 5"), "the length of what GET would give: {head}");
    client.send("DELETE /a HTTP/1.1\r\nHost: a\r\n\r\n").await;
    upstream.until("DELETE /a").await;
    upstream.send("HTTP/1.1 204 No Content\r\n\r\n").await;
    let head = client.until("\r\n\r\n").await.to_ascii_lowercase();
    assert!(head.starts_with("http/1.1 204") && !head.contains("transfer-encoding"), "{head}");
    client.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n").await;
    upstream.until("GET /a").await;
    upstream.send("HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n").await;
    assert!(client.until("\r\n\r\n").await.starts_with("HTTP/1.1 304"));
}

#[tokio::test]
async fn a_body_of_unknown_length_is_never_lost() {
    let wire = Wire::start("", "").await;
    let mut client = wire.client().await;
    client.send("GET /search HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nquery\r\n0\r\n\r\n").await;
    let mut upstream = wire.accepted().await;
    let seen = upstream.until("5\r\nquery\r\n0\r\n\r\n").await.to_ascii_lowercase();
    assert!(seen.contains("transfer-encoding: chunked"), "{seen}");
}

#[tokio::test]
async fn an_old_upstream_does_not_make_the_gateway_old() {
    let wire = Wire::start("", "").await;
    let (mut client, mut upstream) = wire.asked("/a").await;
    upstream.send("HTTP/1.0 200 OK\r\n\r\nwhole").await;
    drop(upstream);
    let answer = client.until("0\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("whole"), "{answer}");
}

#[tokio::test]
async fn an_answer_has_the_length_of_its_body() {
    let wire = Wire::start("", "").await;
    let chunked = "Transfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n0\r\n\r\n";
    let two = |length: u32| format!("Content-Length: 50\r\nContent-Length: {length}\r\n\r\n");
    for (method, answer, status, length, end) in [
        ("GET", format!("Content-Length: 5\r\n{chunked}"), 200, None, "0123456789\r\n0\r\n\r\n"),
        ("GET", format!("Content-Length: 50\r\n{chunked}"), 200, None, "0123456789\r\n0\r\n\r\n"),
        ("GET", "Content-Length: 5, 5\r\n\r\nwhole".to_owned(), 200, Some("5"), "whole"),
        ("HEAD", two(50), 200, Some("50"), "\r\n\r\n"),
        ("HEAD", two(51), 502, None, ""),
    ] {
        let mut client = wire.client().await;
        client.send(&format!("{method} /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")).await;
        let mut upstream = wire.accepted().await;
        upstream.until("\r\n\r\n").await;
        upstream.send(&format!("HTTP/1.1 200 OK\r\nConnection: close\r\n{answer}")).await;
        drop(upstream);
        let got = client.rest().await.to_ascii_lowercase();
        assert!(got.starts_with(&format!("http/1.1 {status}")) && got.ends_with(end), "{method} {answer:?}: {got:?}");
        if status == 200 {
            let said: Vec<_> = got.lines().filter_map(|line| line.strip_prefix("content-length: ")).collect();
            assert_eq!(said, length.into_iter().collect::<Vec<_>>(), "{method} {answer:?}: {got:?}");
        }
    }
}

#[tokio::test]
async fn an_upload_may_outlast_its_answer() {
    let wire = Wire::start("header-timeout-ms = 3000", "").await;
    let mut client = wire.client().await;
    client.send("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 12\r\n\r\n0").await;
    let mut upstream = wire.accepted().await;
    upstream.until("\r\n\r\n0").await;
    upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await;
    client.until("\r\n\r\nok").await;
    for digit in 1..=9 {
        // slower in all than a head may be
        assert!(client.silent_for(Duration::from_millis(400)).await, "still there at {digit}");
        client.send(&digit.to_string()).await;
    }
    client.send("ab").await;
    upstream.until("123456789ab").await;
}
