//! Bytes on a socket, for requests that no well-behaved client would send. Never normalises anything.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::deadline::PATIENCE;

/// Sends the bytes to `url`'s host and gives what comes back until the peer closes.
pub async fn exchange(url: &str, request: &[u8]) -> String {
    let address = url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream.write_all(request).await.expect("a sent request");
    let mut answer = Vec::new();
    let read = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await;
    read.expect("an answer in time").expect("a readable answer");
    String::from_utf8_lossy(&answer).into_owned()
}

/// `GET` of a path exactly as written; gives the status and the whole answer.
pub async fn get(url: &str, path: &str, headers: &str) -> (u16, String) {
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n");
    let answer = exchange(url, request.as_bytes()).await;
    let status = answer.split(' ').nth(1).and_then(|word| word.parse().ok());
    (status.unwrap_or_else(|| panic!("no status in {answer:?}")), answer)
}
