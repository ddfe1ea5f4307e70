//! Outbound calls to servers on loopback, by names that tests give their addresses. Never asks the real DNS.

use std::net::IpAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use witgate_ground::reserved::Reserved;
use witgate_keyring::Names;

use super::super::clients::Clients;
use super::*;
use crate::config::HostPort;

/// A server that says the same to everybody; its port. Each connection gets one answer.
async fn server(says: &'static [u8]) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") && stream.read_buf(&mut head).await.is_ok_and(|read| read > 0) {}
                let _ = stream.write_all(says).await;
                // Open until the other side ends it: what is missing of an answer never comes.
                let _ = stream.read(&mut [0; 1]).await;
            });
        }
    });
    port
}

/// The way out to `api.example.com` at this port, which leads to this address.
fn outbound(port: u16, leads_to: &str, change: impl FnOnce(&mut HttpGrant)) -> Outbound {
    let mut grant = HttpGrant {
        hosts: vec![HostPort { host: "api.example.com".into(), port }],
        deadline: Duration::from_secs(20),
        body_bytes: 100,
        allow_private: true,
        allow_http: true,
    };
    change(&mut grant);
    let address: IpAddr = leads_to.parse().expect("an address");
    let clients = Clients::knowing(Names::Given(Arc::new(move |_| vec![address])));
    let client = clients.under(grant.allow_private).expect("a client");
    Outbound::new("test", &grant, client, Handle::current())
}

async fn get(outbound: &Outbound, port: u16) -> Result<Response, Error> {
    let url = format!("http://api.example.com:{port}/path?query");
    outbound.send(Request { method: "GET".into(), url, headers: Vec::new(), body: Vec::new() }).await
}

const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nx-kept: 1\r\nconnection: x-hop\r\nx-hop: 1\r\n\r\nok";

#[tokio::test]
async fn a_whole_answer_comes_back_without_what_is_for_the_connection() {
    let port = server(OK).await;
    let answer = get(&outbound(port, "127.0.0.1", |_| {}), port).await.expect("an answer");
    assert_eq!((answer.status, answer.body.as_slice()), (200, &b"ok"[..]));
    assert_eq!(answer.headers, [("x-kept".to_owned(), b"1".to_vec())]);
}

#[tokio::test]
async fn a_request_goes_out_whole() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    let heard = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        let mut heard = Vec::new();
        while !heard.ends_with(b"body") {
            assert!(stream.read_buf(&mut heard).await.expect("readable") > 0, "it ended early");
        }
        stream.write_all(OK).await.expect("sent");
        String::from_utf8(heard).expect("text")
    });
    let headers =
        [("x-a", "1"), ("connection", "x-hop"), ("x-hop", "1"), ("Host", "evil.test"), ("content-length", "99")];
    let request = Request {
        method: "PATCH".into(),
        url: format!("http://api.example.com:{port}/path?query"),
        headers: headers.map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec())).to_vec(),
        body: b"body".to_vec(),
    };
    assert_eq!(outbound(port, "127.0.0.1", |_| {}).send(request).await.expect("an answer").status, 200);
    let heard = heard.await.expect("heard");
    assert!(heard.starts_with("PATCH /path?query HTTP/1.1\r\n"), "{heard}");
    assert!(heard.contains(&format!("host: api.example.com:{port}\r\n")) && !heard.contains("evil"), "{heard}");
    assert!(
        heard.contains("x-a: 1\r\n") && !heard.contains("x-hop") && heard.contains("content-length: 4\r\n"),
        "{heard}"
    );
}

#[tokio::test]
async fn a_listed_name_may_not_lead_home() {
    let port = server(OK).await;
    for leads_to in ["127.0.0.1", "10.0.0.1", "::1", "169.254.169.254"] {
        let refused = get(&outbound(port, leads_to, |grant| grant.allow_private = false), port).await;
        assert_eq!(refused.err(), Some(Error::Denied), "{leads_to}");
    }
    let metadata = get(&outbound(port, "169.254.169.254", |_| {}), port).await;
    assert_eq!(metadata.err(), Some(Error::Denied), "no allowance covers it");
}

#[tokio::test]
async fn plain_http_needs_an_allowance() {
    let port = server(OK).await;
    assert_eq!(
        get(&outbound(port, "127.0.0.1", |grant| grant.allow_http = false), port).await.err(),
        Some(Error::Denied)
    );
}

#[tokio::test]
async fn a_redirect_is_an_answer() {
    let port = server(b"HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/\r\ncontent-length: 0\r\n\r\n").await;
    let answer = get(&outbound(port, "127.0.0.1", |_| {}), port).await.expect("an answer");
    assert_eq!(answer.status, 302);
}

#[tokio::test]
async fn what_is_too_large_is_not_taken() {
    let long = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n65\r\n0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789\
        0\r\n0\r\n\r\n";
    let port = server(long).await;
    assert_eq!(get(&outbound(port, "127.0.0.1", |_| {}), port).await.err(), Some(Error::TooLarge));
    let heads: String = (0..=MOST_HEADERS).map(|number| format!("x-{number}: 1\r\n")).collect();
    let many = format!("HTTP/1.1 204 No Content\r\n{heads}\r\n").into_bytes().leak();
    let port = server(many).await;
    assert_eq!(get(&outbound(port, "127.0.0.1", |_| {}), port).await.err(), Some(Error::TooLarge));
}

#[tokio::test]
async fn silence_ends_at_the_deadline() {
    for says in [&b""[..], b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf"] {
        let port = server(says).await;
        let slow = outbound(port, "127.0.0.1", |grant| grant.deadline = Duration::from_millis(100));
        assert_eq!(get(&slow, port).await.err(), Some(Error::Timeout), "{says:?}");
    }
}

#[tokio::test]
async fn nobody_there_and_no_http_are_told_apart() {
    let port = server(b"SSH-2.0-no\r\n\r\n").await;
    assert_eq!(get(&outbound(port, "127.0.0.1", |_| {}), port).await.err(), Some(Error::Broken));
    let closed = Reserved::any();
    let port = closed.address().port();
    assert_eq!(get(&outbound(port, "127.0.0.1", |_| {}), port).await.err(), Some(Error::Unreachable));
}

#[tokio::test]
async fn more_calls_than_places_are_refused_and_an_abandoned_call_gives_its_place_back() {
    let port = server(b"").await;
    let outbound = Arc::new(outbound(port, "127.0.0.1", |_| {}));
    let calls: Vec<_> = (0..CALLS_AT_ONCE)
        .map(|_| {
            let outbound = Arc::clone(&outbound);
            tokio::spawn(async move { get(&outbound, port).await })
        })
        .collect();
    while outbound.places.available_permits() > 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(get(&outbound, port).await.err(), Some(Error::Busy));
    calls.iter().for_each(tokio::task::JoinHandle::abort);
    let freed = Arc::clone(&outbound.places).acquire_many_owned(u32::try_from(CALLS_AT_ONCE).expect("few"));
    let all = tokio::time::timeout(Duration::from_secs(20), freed).await;
    assert!(all.is_ok(), "the places came back long before the deadline of the calls");
}
