//! What a request says that its body is. Never guesses: no header, or two of them, say nothing.

use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;

/// Whether there is exactly one Content-Type, and it is this one, with or without parameters.
pub(super) fn has_content_type(headers: &HeaderMap, wanted: &str) -> bool {
    let mut values = headers.get_all(CONTENT_TYPE).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return false };
    let essence = value.to_str().unwrap_or("").split(';').next().unwrap_or("");
    essence.trim().eq_ignore_ascii_case(wanted)
}
