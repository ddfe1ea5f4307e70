//! Requests whose end or whose host is in doubt. Never forwarded: two readers would split the stream differently.

use crate::wire::Wire;

#[tokio::test]
async fn doubtful_requests_are_refused_and_the_connection_ends() {
    let wire = Wire::start("", "").await;
    let cases = [
        "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\na",
        "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
        "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\na",
        "GET /a HTTP/1.1\r\nHost : a\r\n\r\n",
        "GET /a HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n",
        "GET /a HTTP/1.1\r\nHost: a\r\nX-A: b\rc\r\n\r\n",
    ];
    for case in cases {
        let mut client = wire.client().await;
        client.send(case).await;
        let answer = client.rest().await;
        assert!(answer.starts_with("HTTP/1.1 400"), "{case:?}: {answer}");
    }
}

/// hyper resolves this one by RFC 9112 section 6.3: the chunks count, and the length is gone before anybody sees it.
#[tokio::test]
async fn a_length_beside_chunks_never_reaches_the_upstream() {
    let wire = Wire::start("", "").await;
    let mut client = wire.client().await;
    client
        .send("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n")
        .await;
    let mut upstream = wire.accepted().await;
    let seen = upstream.until("0\r\n\r\n").await.to_ascii_lowercase();
    assert!(seen.contains("transfer-encoding: chunked") && !seen.contains("content-length"), "{seen}");
    assert!(seen.ends_with("4\r\nbody\r\n0\r\n\r\n"), "{seen}");
}

#[tokio::test]
async fn a_request_names_exactly_one_host() {
    let wire = Wire::start("", "").await;
    let cases = [
        "GET /a HTTP/1.1\r\nConnection: close\r\n\r\n",
        "GET /a HTTP/1.1\r\nHost: a\r\nHost: a\r\nConnection: close\r\n\r\n",
        "GET /a HTTP/1.1\r\nHost: user@a\r\nConnection: close\r\n\r\n",
        "GET http://a/a HTTP/1.1\r\nHost: b\r\nConnection: close\r\n\r\n",
    ];
    for case in cases {
        let mut client = wire.client().await;
        client.send(case).await;
        let answer = client.rest().await;
        assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("host_invalid"), "{case:?}: {answer}");
    }
}

#[tokio::test]
async fn a_coding_that_would_lose_its_name_is_not_served() {
    let wire = Wire::start("", "").await;
    let mut client = wire.client().await;
    client.send("POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n").await;
    let answer = client.rest().await;
    assert!(answer.starts_with("HTTP/1.1 501") && answer.contains("transfer_coding_refused"), "{answer}");
    for answer in ["200 OK\r\nTransfer-Encoding: gzip, chunked", "101 Switching Protocols\r\nUpgrade: x"] {
        let mut client = wire.client().await;
        client.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n").await;
        let mut upstream = wire.accepted().await;
        upstream.until("\r\n\r\n").await;
        upstream.send(&format!("HTTP/1.1 {answer}\r\n\r\n0\r\n\r\n")).await;
        let refused = client.until("upstream_failed").await;
        assert!(refused.starts_with("HTTP/1.1 502"), "{answer}: {refused}");
    }
}

#[tokio::test]
async fn tunnels_and_mirrors_are_not_served() {
    let wire = Wire::start("", "").await;
    for target in ["CONNECT a:443", "TRACE /", "get /"] {
        let mut client = wire.client().await;
        client.send(&format!("{target} HTTP/1.1\r\nHost: a:443\r\nConnection: close\r\n\r\n")).await;
        let answer = client.rest().await;
        assert!(answer.starts_with("HTTP/1.1 501") && answer.contains("method_refused"), "{target}: {answer}");
    }
}
