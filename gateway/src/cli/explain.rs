//! `witgate explain`: why a request is answered as it is, offline against a configuration or of a live one that was traced.
//!
//! Never prints the token it was given.

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr};
use std::process::ExitCode;
use std::str::FromStr as _;

use clap::Args;
use http::{HeaderName, HeaderValue, Method, StatusCode, Uri};
use jiff::Timestamp;

use super::{Files, admin_page, place, report};
use crate::explain::report::Report;
use crate::explain::text;
use crate::offline::Question;
use crate::operator::AdminAddress;
use crate::server;

/// Exit code when the request would be refused.
const EXIT_WOULD_BE_REFUSED: u8 = 3;
/// Exit code for arguments that make no request.
const EXIT_USAGE: u8 = 2;
/// Exit code for anything else.
const EXIT_FAILED: u8 = 1;
/// The longest token that is read, in bytes.
const TOKEN_BYTES: u64 = 64 * 1024;

#[derive(Debug, Args)]
pub(super) struct Explain {
    #[command(flatten)]
    files: Files,
    /// Method and path, such as: GET /orders/1. Without a method it is GET
    #[arg(num_args = 0..=2, value_name = "METHOD PATH")]
    request: Vec<String>,
    /// The route that it is expected to take; the command fails when it takes another
    #[arg(long, value_name = "NAME")]
    route: Option<String>,
    /// The bearer token: a file, or - for stdin. The token itself works too, but other users can read it in the process list
    #[arg(long, value_name = "FILE|-|TOKEN")]
    token: Option<String>,
    /// A header of the request, as often as needed
    #[arg(long = "header", short = 'H', value_name = "NAME: VALUE")]
    headers: Vec<String>,
    /// The Host header; the route's own host, or localhost, where it is left out
    #[arg(long, value_name = "HOST")]
    host: Option<String>,
    /// The peer's address
    #[arg(long, value_name = "IP", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    peer: IpAddr,
    /// When it is asked, such as 2026-11-27T09:00:00Z: what the token's dates and a granted clock are judged by. Now, where
    /// it is left out. Keys and revocations are those of today
    #[arg(long, value_name = "RFC3339", value_parser = moment)]
    at: Option<u64>,
    /// What the upstream would answer: then the route's response filters run, too. It is not asked
    #[arg(long, value_name = "CODE", value_parser = StatusCode::from_str)]
    status: Option<StatusCode>,
    /// Print the document instead of text
    #[arg(long)]
    json: bool,
    /// Print the trace of a live request: of the gateway at this admin address, or at the configuration's
    #[arg(long, value_name = "HOST:PORT", num_args = 0..=1, requires = "id")]
    #[arg(conflicts_with_all = ["request", "token", "headers", "at", "status"])]
    live: Option<Option<String>>,
    /// The live request's id, from its X-Witgate-Trace header
    #[arg(long, value_name = "ID", requires = "live")]
    id: Option<String>,
}

pub(super) fn run(arguments: Explain) -> ExitCode {
    if let (Some(admin), Some(id)) = (&arguments.live, &arguments.id) {
        let address = place::address(admin.as_deref(), &arguments.files).map_err(|error| error.to_string());
        return live(address, id, arguments.json);
    }
    let (files, route, json) = (arguments.files.config.clone(), arguments.route.clone(), arguments.json);
    let question = match question(arguments) {
        Ok(question) => question,
        Err(why) => return failed(&why, EXIT_USAGE),
    };
    match server::explain(&files, question) {
        Ok(found) => told(&found, route.as_deref(), json),
        Err(error) => report(&error),
    }
}

fn told(found: &Report, wanted: Option<&str>, json: bool) -> ExitCode {
    print(found, json);
    let taken = found.record.route.as_deref();
    if let Some(wanted) = wanted.filter(|wanted| taken != Some(*wanted)) {
        return failed(
            &format!("the request takes the route {}, not {wanted}", taken.unwrap_or("(none)")),
            EXIT_FAILED,
        );
    }
    if found.answer.is_refusal() { ExitCode::from(EXIT_WOULD_BE_REFUSED) } else { ExitCode::SUCCESS }
}

fn live(address: Result<AdminAddress, String>, id: &str, json: bool) -> ExitCode {
    let sound = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let fetched = |address: AdminAddress| {
        let text = admin_page::fetch(&address, &format!("/traces/{id}"))?;
        serde_json::from_str::<Report>(&text).map_err(|error| format!("{address}: {error}"))
    };
    match address.and_then(|address| if sound { fetched(address) } else { Err("this is no request id".into()) }) {
        Ok(found) => {
            print(&found, json);
            ExitCode::SUCCESS
        }
        Err(why) => failed(&why, EXIT_FAILED),
    }
}

fn print(found: &Report, json: bool) {
    let document = if json { serde_json::to_string_pretty(found).map(|text| text + "\n").ok() } else { None };
    let text = document.unwrap_or_else(|| text::render(found));
    let _ = std::io::stdout().write_all(text.as_bytes());
}

fn failed(why: &str, code: u8) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "witgate explain: {why}");
    ExitCode::from(code)
}

fn question(arguments: Explain) -> Result<Question, String> {
    let (method, target) = match arguments.request.as_slice() {
        [path] => (Method::GET, path),
        [method, path] => (method.parse().map_err(|_| format!("{method:?} is no method"))?, path),
        _ => return Err("what is the request? such as: witgate explain GET /orders/1".to_owned()),
    };
    Ok(Question {
        method,
        target: target.parse::<Uri>().map_err(|error| format!("{target:?}: {error}"))?,
        host: arguments.host,
        headers: arguments.headers.iter().map(|line| header(line)).collect::<Result<_, _>>()?,
        token: arguments.token.as_deref().map(token).transpose()?,
        peer: arguments.peer,
        at: arguments.at,
        status: arguments.status,
        route: arguments.route,
    })
}

/// A time in whole Unix seconds.
fn moment(text: &str) -> Result<u64, String> {
    let at: Timestamp = text.parse().map_err(|_| "write it like 2026-11-27T09:00:00Z".to_owned())?;
    u64::try_from(at.as_second()).map_err(|_| "not before 1970".to_owned())
}

fn header(line: &str) -> Result<(HeaderName, HeaderValue), String> {
    let (name, value) = line.split_once(':').ok_or("a header is written NAME: VALUE")?;
    let parsed: HeaderName = name.trim().parse().map_err(|_| format!("{name:?} is no header name"))?;
    let value = HeaderValue::from_str(value.trim()).map_err(|_| format!("{name}: this value cannot be sent"))?;
    Ok((parsed, value))
}

/// The value of `Authorization`. What is wrong with the token is told without it.
fn token(given: &str) -> Result<HeaderValue, String> {
    let mut text = String::new();
    let read = match given {
        "-" => std::io::stdin().take(TOKEN_BYTES).read_to_string(&mut text),
        // Also a pipe, such as a shell makes for <(...).
        path if std::path::Path::new(path).exists() => {
            std::fs::File::open(path).and_then(|file| file.take(TOKEN_BYTES).read_to_string(&mut text))
        }
        token if is_token(token) => {
            text = token.to_owned();
            Ok(text.len())
        }
        _ => {
            return Err(
                "--token names no file that is there, and is no token: three parts with dots between".to_owned()
            );
        }
    };
    read.map_err(|error| format!("cannot read the token: {error}"))?;
    let mut value = HeaderValue::from_str(&format!("Bearer {}", text.trim()))
        .map_err(|_| "the token has characters that no header may have".to_owned())?;
    value.set_sensitive(true);
    Ok(value)
}

/// Whether it has the form of a JWS in compact serialisation (RFC 7515 section 3.1). Its parts may be any.
fn is_token(text: &str) -> bool {
    let is_part = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    text.split('.').count() == 3 && text.split('.').all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_with_a_slip_is_no_token() {
        for slip in ["tokn.txt", "./tokn.txt", "../keys/tokn.txt", "my-token", "a.b.c.d", ""] {
            let refused = token(slip).expect_err(slip);
            assert!(refused.contains("--token") && (slip.is_empty() || !refused.contains(slip)), "{refused}");
        }
        assert_eq!(token("eyJh.eyJi.c2-n_").expect("a token"), "Bearer eyJh.eyJi.c2-n_");
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("token.txt");
        std::fs::write(&file, "any words\n").expect("written");
        assert_eq!(token(file.to_str().expect("text")).expect("a file"), "Bearer any words");
    }
}
