//! The cookies of one name that a browser sent. Never chooses among several.

use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use axum_extra::extract::cookie::Cookie;

/// The content of every cookie of this name, in the order sent.
pub fn named<'a>(headers: &'a HeaderMap, name: &'a str) -> impl Iterator<Item = String> + 'a {
    let lines = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let ours = lines.flat_map(Cookie::split_parse).flatten().filter(move |cookie| cookie.name() == name);
    ours.map(|cookie| cookie.value().to_owned())
}

/// The content of the one cookie of this name. Two count as none: one of them was put there by somebody else, from another
/// path or a sibling host, and nothing tells which (RFC 6265 section 8.6).
pub fn single(headers: &HeaderMap, name: &str) -> Option<String> {
    let mut ours = named(headers, name);
    ours.next().filter(|_| ours.next().is_none())
}
