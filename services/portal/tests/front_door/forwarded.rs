//! Who asked, as the auth service hears of it. Never an answer: the test reads the request and hangs up.

use reqwest::Method;
use tokio::{
    io::AsyncReadExt,
    net::TcpListener,
    time::{Duration, timeout},
};

use crate::running::Portal;

/// The longest that the request may take.
const DEADLINE: Duration = Duration::from_secs(20);

/// The head of the first request, in lower case.
async fn first_head(listener: TcpListener) -> String {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut head = Vec::new();
    while !String::from_utf8_lossy(&head).contains("\r\n\r\n") {
        assert!(stream.read_buf(&mut head).await.unwrap() > 0, "the request ended early");
    }
    String::from_utf8_lossy(&head).to_lowercase()
}

#[tokio::test]
async fn the_auth_service_hears_through_whom_a_request_came() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let portal = Portal::start_with(&format!("http://{}", listener.local_addr().unwrap()), &[]).await;
    let cookie = "witgate_refresh=refresh-1";
    let request = portal.with_cookie(Method::POST, "/portal/session/refresh", cookie);
    let (head, answer) =
        tokio::join!(timeout(DEADLINE, first_head(listener)), request.header("x-forwarded-for", "198.51.100.9").send());
    assert_eq!(answer.unwrap().status(), 503, "the test hung up");
    let head = head.unwrap();
    let lines: Vec<&str> = head.lines().filter(|line| line.starts_with("x-forwarded-for")).collect();
    assert_eq!(lines, ["x-forwarded-for: 198.51.100.9", "x-forwarded-for: 127.0.0.1"], "{head}");
}
