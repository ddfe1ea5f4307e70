//! Where a request ends must be beyond doubt (RFC 9112 section 6.3).
//!
//! Never guesses: two answers to that question are a refusal, and the connection ends. hyper settles two cases before
//! they get here, as the RFC allows: equal lengths become one, and a length beside chunks is dropped.

use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use http::request::Parts;
use http::{HeaderMap, StatusCode};

use crate::refusal::Refused;

/// Checks the framing headers, and the announced length against the limit.
///
/// # Errors
/// 400 `framing_ambiguous`, 413 `body_too_large`, 501 `transfer_coding_refused`.
pub fn check(parts: &Parts, most_bytes: u64) -> Result<(), Refused> {
    let chunked = parts.headers.contains_key(TRANSFER_ENCODING);
    if chunked && !only_chunked(&parts.headers) {
        return Err(coding());
    }
    let length = content_length(&parts.headers)?;
    // hyper drops the length beside chunks (RFC 9112 section 6.3); this stands guard should that ever change.
    if chunked && length.is_some() {
        return Err(ambiguous("Content-Length beside Transfer-Encoding"));
    }
    if length.is_some_and(|length| length > most_bytes) {
        return Err(too_large());
    }
    Ok(())
}

/// Whether `chunked` is the one transfer coding. Any other would reach the next hop still coded, but no longer named.
pub fn only_chunked(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(TRANSFER_ENCODING).iter();
    let one = values.next().is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"chunked"));
    one && values.next().is_none()
}

/// 413, also used when a chunked body grows past the limit.
pub fn too_large() -> Refused {
    Refused::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", "The request body is larger than allowed.").closing()
}

fn content_length(headers: &HeaderMap) -> Result<Option<u64>, Refused> {
    let mut values = headers.get_all(CONTENT_LENGTH).iter();
    let Some(first) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(ambiguous("more than one Content-Length"));
    }
    let text = first.to_str().unwrap_or_default();
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse() {
        Ok(length) if digits => Ok(Some(length)),
        _ => Err(ambiguous("a Content-Length that is no number")),
    }
}

fn coding() -> Refused {
    let message = "Only the chunked transfer coding is served.";
    Refused::new(StatusCode::NOT_IMPLEMENTED, "transfer_coding_refused", message).closing()
}

fn ambiguous(cause: &'static str) -> Refused {
    Refused::bad_request("framing_ambiguous", "The request's length is ambiguous.").because(cause).closing()
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn check_headers(pairs: &[(&str, &str)]) -> Result<(), String> {
        let mut request = Request::builder();
        for (name, value) in pairs {
            request = request.header(*name, *value);
        }
        let (parts, ()) = request.body(()).expect("request").into_parts();
        check(&parts, 100).map_err(|refused| refused.code.into_owned())
    }

    #[test]
    fn two_answers_to_where_it_ends_are_refused() {
        assert_eq!(check_headers(&[]), Ok(()));
        assert_eq!(check_headers(&[("content-length", "100")]), Ok(()));
        assert_eq!(check_headers(&[("transfer-encoding", "chunked")]), Ok(()));
        let ambiguous = Err("framing_ambiguous".to_owned());
        assert_eq!(check_headers(&[("content-length", "5"), ("transfer-encoding", "chunked")]), ambiguous);
        assert_eq!(check_headers(&[("content-length", "5"), ("content-length", "5")]), ambiguous);
        assert_eq!(check_headers(&[("content-length", "+5")]), ambiguous);
        assert_eq!(check_headers(&[("content-length", "5, 5")]), ambiguous);
        assert_eq!(check_headers(&[("content-length", "99999999999999999999")]), ambiguous);
        let coding = Err("transfer_coding_refused".to_owned());
        assert_eq!(check_headers(&[("transfer-encoding", "gzip, chunked")]), coding);
        assert_eq!(check_headers(&[("transfer-encoding", "chunked"), ("transfer-encoding", "chunked")]), coding);
        assert_eq!(check_headers(&[("content-length", "101")]), Err("body_too_large".to_owned()));
    }
}
