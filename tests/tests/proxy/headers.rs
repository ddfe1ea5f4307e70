//! What of a head crosses the gateway. Never a hop's own headers, and never what only the gateway may say.

use crate::wire::Wire;

#[tokio::test]
async fn the_upstream_sees_what_the_gateway_vouches_for() {
    let wire = Wire::start("", "").await;
    let mut client = wire.client().await;
    client
        .send(
            "GET /a?q=1 HTTP/1.1\r\nHost: Shop.Example:8080\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\n\
             Keep-Alive: timeout=5\r\nTE: trailers\r\nUpgrade: websocket\r\nExpect: 100-continue\r\n\
             X-Identity-Subject: root\r\nX_Identity_Subject: root\r\nX-Forwarded-For: 10.0.0.1\r\n\
             Forwarded: for=10.0.0.1\r\nX-Request-Id: mine\r\nX-Kept: yes\r\n\r\n",
        )
        .await;
    let mut upstream = wire.accepted().await;
    let seen = upstream.until("\r\n\r\n").await.to_ascii_lowercase();
    for gone in ["x-hop", "keep-alive", "te:", "upgrade", "expect", "identity", "10.0.0.1", "forwarded: for", "mine"] {
        assert!(!seen.contains(gone), "{gone} must not cross: {seen}");
    }
    for there in [
        "get /a?q=1 http/1.1",
        "host: shop.example:8080",
        "x-forwarded-host: shop.example:8080",
        "x-forwarded-for: 127.0.0.1",
        "x-forwarded-proto: http",
        "x-kept: yes",
    ] {
        assert!(seen.contains(there), "{there} is missing: {seen}");
    }
    let id = seen.lines().find_map(|line| line.strip_prefix("x-request-id: ")).expect("a request id").to_owned();
    upstream
        .send(
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: X-Internal\r\nX-Internal: 1\r\n\
             X-Request-Id: theirs\r\nX-Answer: yes\r\n\r\nok",
        )
        .await;
    let answer = client.until("\r\n\r\nok").await.to_ascii_lowercase();
    assert!(!answer.contains("x-internal") && !answer.contains("theirs"), "{answer}");
    assert!(answer.contains("x-answer: yes") && answer.contains(&format!("x-request-id: {id}")), "{answer}");
}

#[tokio::test]
async fn a_trusted_proxy_says_whose_request_it_is() {
    let wire = Wire::start_with("trusted-proxies = [\"127.0.0.0/8\"]").await;
    let mut client = wire.client().await;
    let forged = "X-Forwarded-For: 203.0.113.1\r\n";
    let proxied = "X-Forwarded-For: 198.51.100.9\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: elsewhere\r\n";
    client.send(&format!("GET /theirs HTTP/1.1\r\nHost: a\r\n{forged}{proxied}\r\n")).await;
    let mut upstream = wire.accepted().await;
    let seen = upstream.until("\r\n\r\n").await.to_ascii_lowercase();
    for there in ["x-forwarded-for: 198.51.100.9\r\n", "x-forwarded-proto: https\r\n", "x-forwarded-host: a\r\n"] {
        assert!(seen.contains(there), "{there} is missing: {seen}");
    }
    assert!(!seen.contains("203.0.113.1") && !seen.contains("elsewhere"), "{seen}");
    upstream.send("HTTP/1.1 204 No Content\r\n\r\n").await;
    client.until("\r\n\r\n").await;
    // The next one on the same connection is another's.
    client.send("GET /own HTTP/1.1\r\nHost: a\r\n\r\n").await;
    let seen = upstream.until("\r\n\r\n").await.to_ascii_lowercase();
    assert!(seen.contains("x-forwarded-for: 127.0.0.1\r\n") && seen.contains("x-forwarded-proto: http\r\n"), "{seen}");
    upstream.send("HTTP/1.1 204 No Content\r\n\r\n").await;
    client.until("\r\n\r\n").await;
    wire.logged("the caller's address", |line| {
        line.contains("\"/theirs\"") && line.contains("\"peer\":\"198.51.100.9\"")
    })
    .await;
    wire.logged("the proxy's own", |line| line.contains("\"/own\"") && line.contains("\"peer\":\"127.0.0.1\"")).await;
}
