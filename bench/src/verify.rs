//! Whether a peer does the work that it is timed for: the same tokens pass, the same are refused, and the upstream is told
//! who calls. Never timed.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::tokens::{Algorithm, Bad, Issuer, subject};
use crate::upstream::{SEEN, SHOWN_HEADERS};

/// How long one answer may take.
const ANSWER: Duration = Duration::from_secs(10);
/// Good tokens that are tried.
const GOOD: usize = 3;
const HEADERS: usize = 64;
/// Bytes read at once.
const BUFFER: usize = 16 * 1024;

/// Checks the path without tokens.
///
/// # Errors
/// When it does not forward.
pub fn forwards(address: SocketAddr) -> Result<()> {
    let (status, _) = ask(address, "plain", None)?;
    ensure!(status == 200, "/plain/ answers {status}");
    Ok(())
}

/// Checks the path of an algorithm with good and bad tokens.
///
/// # Errors
/// For the first answer that is not what every peer must give.
pub fn checks(address: SocketAddr, segment: &str, algorithm: Algorithm, issuer: &Issuer) -> Result<()> {
    for number in 0..GOOD {
        // twice: the second may come out of a cache
        for _ in 0..2 {
            let (status, body) = ask(address, segment, Some(&issuer.good(algorithm, number)))?;
            ensure!(status == 200, "a good {algorithm:?} token is answered {status}: {body}");
            let seen: serde_json::Value = serde_json::from_str(&body).context("read what the upstream saw")?;
            let told = &seen[SHOWN_HEADERS[0]];
            ensure!(*told == serde_json::json!([subject(number)]), "the upstream was told {told}");
        }
    }
    let (status, _) = ask(address, segment, None)?;
    ensure!(status == 401, "no token is answered {status}");
    for why in Bad::ALL {
        for _ in 0..2 {
            let (status, _) = ask(address, segment, Some(&issuer.bad(algorithm, why)))?;
            ensure!(status == why.status(), "{why:?} {algorithm:?} is answered {status}, not {}", why.status());
        }
    }
    Ok(())
}

/// Status and body. The caller claims to be somebody, which no peer may pass on.
fn ask(address: SocketAddr, segment: &str, token: Option<&str>) -> Result<(u16, String)> {
    let mut stream = TcpStream::connect(address).with_context(|| format!("connect to {address}"))?;
    stream.set_read_timeout(Some(ANSWER))?;
    let token = token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
    write!(
        stream,
        "GET /{segment}/{SEEN} HTTP/1.1\r\nHost: bench\r\n{}: root\r\n{token}Connection: close\r\n\r\n",
        SHOWN_HEADERS[0]
    )?;
    let mut bytes = Vec::new();
    let mut buffer = [0; BUFFER];
    // to the end of the answer, which is not always the end of the connection
    while !is_complete(&bytes)? {
        match stream.read(&mut buffer).context("read an answer")? {
            0 => break,
            read => bytes.extend_from_slice(&buffer[..read]),
        }
    }
    let (status, end, _) =
        head(&bytes)?.with_context(|| format!("half an answer: {}", String::from_utf8_lossy(&bytes)))?;
    Ok((status, String::from_utf8_lossy(&bytes[end..]).into_owned()))
}

fn is_complete(bytes: &[u8]) -> Result<bool> {
    Ok(head(bytes)?.is_some_and(|(_, end, length)| length.is_some_and(|length| bytes.len() >= end + length)))
}

/// Status, length of the head and of the body where it says so; nothing where the head is not complete.
fn head(bytes: &[u8]) -> Result<Option<(u16, usize, Option<usize>)>> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS];
    let mut response = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(end) = response.parse(bytes).context("read the head of an answer")? else {
        return Ok(None);
    };
    let length = response.headers.iter().find(|header| header.name.eq_ignore_ascii_case("content-length"));
    let length = length.and_then(|header| std::str::from_utf8(header.value).ok()?.parse().ok());
    Ok(Some((response.code.context("an answer without a status")?, end, length)))
}
