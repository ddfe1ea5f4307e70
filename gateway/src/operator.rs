//! The operator's commands: one request to the admin listener of a gateway that runs.
//!
//! Never more than one request, and never without a deadline.

mod address;

use std::fmt::Write as _;
use std::io::{self, Read as _, Write as _};
use std::time::Duration;

use serde_json::Value;
use thiserror::Error;

pub use address::AdminAddress;

/// How long the connection may take.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);
/// How long an order may take: components may be compiled.
const ANSWER_WITHIN: Duration = Duration::from_secs(120);
/// The largest answer, in bytes.
const ANSWER_BYTES: u64 = 4 << 20;

/// Why an order came to nothing.
#[derive(Debug, Error)]
pub enum OperatorError {
    /// no admin address in the file
    #[error("{0} names no [admin] address with a port; say --admin HOST:PORT")]
    NoAddress(String),
    /// what was said is no address
    #[error("--admin {given}: {why}")]
    Named {
        /// what was said
        given: String,
        /// what is wrong with it
        why: String,
    },
    /// no gateway, or no answer
    #[error("no answer of the admin listener at {address}: {source}")]
    Unreachable {
        /// where it was asked
        address: AdminAddress,
        /// the system's word
        source: io::Error,
    },
    /// the gateway said no
    #[error("{0}")]
    Refused(String),
}

/// What to ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// `GET /generations`
    Generations,
    /// `POST /reload`
    Reload,
    /// `POST /rollback`
    Rollback,
}

impl Order {
    fn line(self) -> &'static str {
        match self {
            Self::Generations => "GET /generations",
            Self::Reload => "POST /reload",
            Self::Rollback => "POST /rollback",
        }
    }
}

/// Gives the order; what comes back is for the operator to read.
///
/// # Errors
/// When nobody answers, or the answer is a refusal.
pub fn give(order: Order, address: &AdminAddress) -> Result<String, OperatorError> {
    let (status, document) =
        ask(order, address).map_err(|source| OperatorError::Unreachable { address: address.clone(), source })?;
    match (status, order) {
        (200, Order::Generations) => Ok(page(&document)),
        (200, _) => Ok(format!("{}: generation {} is in force\n", text(&document["outcome"]), document["generation"])),
        _ => Err(OperatorError::Refused(format!(
            "refused, generation {} stays in force: {}",
            document["generation"],
            text(&document["reason"])
        ))),
    }
}

fn ask(order: Order, address: &AdminAddress) -> io::Result<(u16, Value)> {
    let head = format!("{} HTTP/1.1\r\nContent-Length: 0\r\nConnection: close", order.line());
    let answer = answer(address, &head, (CONNECT_WITHIN, ANSWER_WITHIN), ANSWER_BYTES)?;
    parse(&answer).ok_or_else(|| io::Error::other("what answers there is no admin listener of witgate"))
}

/// What comes back for one request without a body, head and all: `most_bytes` of it. The deadlines are for the connection and for each
/// read. The head is without `Host` and its end: the listener knows itself by its address, not by every name.
///
/// # Errors
/// The system's word.
pub(crate) fn answer(
    admin: &AdminAddress,
    head: &str,
    (connect_within, read_within): (Duration, Duration),
    most_bytes: u64,
) -> io::Result<Vec<u8>> {
    let (address, mut stream) = admin.connect(connect_within)?;
    stream.set_read_timeout(Some(read_within))?;
    stream.set_write_timeout(Some(connect_within))?;
    stream.write_all(format!("{head}\r\nHost: {address}\r\n\r\n").as_bytes())?;
    let mut answer = Vec::new();
    stream.take(most_bytes).read_to_end(&mut answer)?;
    Ok(answer)
}

/// The status and the document of an answer that says its length.
fn parse(answer: &[u8]) -> Option<(u16, Value)> {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n")?;
    let status = std::str::from_utf8(answer.get(9..12)?).ok()?.parse().ok()?;
    Some((status, serde_json::from_slice(&answer[end + 4..]).ok()?))
}

/// One line for each generation that is alive, and the last refusal.
fn page(document: &Value) -> String {
    let mut page = String::new();
    for one in document["generations"].as_array().into_iter().flatten() {
        let plugins = one["plugins"].as_array().into_iter().flatten();
        let plugins: Vec<String> =
            plugins.map(|plugin| format!("{} {:.12}", text(&plugin["name"]), text(&plugin["digest"]))).collect();
        let _ = writeln!(
            page,
            "generation {} {} since {}, {} in flight, gateway.toml {:.12}, plugins: {}",
            one["number"],
            text(&one["state"]),
            text(&one["loaded_at"]),
            one["in_flight"],
            text(&one["config_digest"]),
            plugins.join(", "),
        );
    }
    if let Some(to) = document["origin"]["rollback"]["to"].as_u64() {
        let _ = writeln!(page, "in force by rollback to {to}, until the files change");
    }
    if let Some(previous) = document["previous"].as_u64() {
        let _ = writeln!(page, "a rollback returns to generation {previous}");
    }
    if let Some(reason) = document["last_refusal"]["reason"].as_str() {
        let _ = writeln!(page, "last refusal at {}: {reason}", text(&document["last_refusal"]["at"]));
    }
    page
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_page_names_what_an_operator_looks_for() {
        let shown = page(&json!({
            "generations": [{"number": 3, "state": "in-force", "loaded_at": "now", "in_flight": 2,
                "config_digest": "0123456789abcdef", "plugins": [{"name": "jwt", "digest": "fedcba9876543210"}]}],
            "origin": {"rollback": {"to": 1}}, "previous": 2, "last_refusal": {"at": "then", "reason": "no such file"},
        }));
        let lines: Vec<&str> = shown.lines().collect();
        assert_eq!(
            lines,
            [
                "generation 3 in-force since now, 2 in flight, gateway.toml 0123456789ab, plugins: jwt fedcba987654",
                "in force by rollback to 1, until the files change",
                "a rollback returns to generation 2",
                "last refusal at then: no such file",
            ]
        );
    }

    #[test]
    fn an_answer_has_a_status_and_a_document() {
        let answer = b"HTTP/1.1 409 Conflict\r\ncontent-length: 2\r\n\r\n{}";
        assert_eq!(parse(answer), Some((409, json!({}))));
        assert_eq!(parse(b"SSH-2.0-x\r\n\r\n"), None);
    }
}
