//! The little HTTP this program needs: one GET on a fresh loopback connection. Never for anything but our own
//! services, and never without a deadline.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// How long one answer may take.
const ANSWER_DEADLINE: Duration = Duration::from_secs(5);

/// The status that answers `GET path`; nothing where no whole answer came.
pub fn get(address: SocketAddr, path: &str) -> Option<u16> {
    exchange(address, &format!("GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n"))
}

fn exchange(address: SocketAddr, request: &str) -> Option<u16> {
    let mut stream = TcpStream::connect_timeout(&address, ANSWER_DEADLINE).ok()?;
    stream.set_read_timeout(Some(ANSWER_DEADLINE)).ok()?;
    stream.write_all(request.as_bytes()).ok()?;
    let mut text = String::new();
    stream.read_to_string(&mut text).ok()?;
    parse(&text)
}

fn parse(text: &str) -> Option<u16> {
    let (head, _body) = text.split_once("\r\n\r\n")?;
    head.split(' ').nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_answer_has_a_status() {
        assert_eq!(parse("HTTP/1.1 401 Unauthorized\r\nA: b\r\n\r\n{}"), Some(401));
    }

    #[test]
    fn half_an_answer_is_none() {
        assert!(parse("HTTP/1.1 200 OK\r\nA: b").is_none());
    }
}
