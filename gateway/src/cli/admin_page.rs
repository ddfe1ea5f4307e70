//! One page of the admin listener, fetched by a command.
//!
//! Never follows a redirect, never waits longer than [`DEADLINE`] for a byte, and never reads more than [`MOST_BYTES`].

use std::time::Duration;

use crate::operator::{self, AdminAddress};

/// The longest wait for the connection, and for each read.
const DEADLINE: Duration = Duration::from_secs(10);
/// The largest page, in bytes.
const MOST_BYTES: u64 = 16 * 1024 * 1024;

/// Fetches a page, such as `/shadow`.
///
/// # Errors
/// In words for the operator.
pub(super) fn fetch(admin: &AdminAddress, page: &str) -> Result<String, String> {
    // HTTP/1.0, so that the answer is neither chunked nor kept alive.
    let answer = operator::answer(admin, &format!("GET {page} HTTP/1.0"), (DEADLINE, DEADLINE), MOST_BYTES)
        .map_err(|error| format!("{admin}: {error}; is this the admin address of a running witgate?"))?;
    body(&String::from_utf8_lossy(&answer)).map_err(|why| format!("{admin}{page}: {why}"))
}

fn body(answer: &str) -> Result<String, String> {
    let (head, body) = answer.split_once("\r\n\r\n").ok_or("no answer of HTTP")?;
    let status = head.split(' ').nth(1).unwrap_or_default();
    if status == "200" { Ok(body.to_owned()) } else { Err(format!("{status} {}", body.trim())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_good_answer_has_a_body() {
        assert_eq!(body("HTTP/1.0 200 OK\r\na: b\r\n\r\n[]"), Ok("[]".to_owned()));
        assert_eq!(body("HTTP/1.0 404 Not Found\r\n\r\nno trace\n"), Err("404 no trace".to_owned()));
        assert!(body("SSH-2.0").is_err());
    }
}
