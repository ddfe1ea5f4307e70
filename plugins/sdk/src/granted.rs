//! The words of what gateway.toml may grant (`wit/grants.wit`), as plain Rust types.
//!
//! Never touches the gateway: `store` and `outbound` do.
use std::fmt;

/// The longest key of a store, in bytes.
pub const MAX_KEY_BYTES: usize = 256;
/// The longest value of a store, in bytes.
pub const MAX_VALUE_BYTES: usize = 64 * 1024;

/// Why a store did not do it.
///
/// ```
/// use witgate_plugin::{mock, store};
///
/// let request = mock::request("GET", "/").store_entry("name", "alice");
/// assert_eq!(request.run(|| store::increment("name", 1, None)), Err(store::StoreError::NotANumber));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreError {
    /// The key is empty or too long.
    Key,
    /// The value is too large, or larger than the store's part.
    ValueTooLarge,
    /// What is there is no number.
    NotANumber,
    /// The sum would not fit; nothing changed.
    Overflow,
}

/// An outbound request.
///
/// ```
/// use witgate_plugin::outbound::Request;
///
/// let request = Request { method: "DELETE".into(), ..Request::get("https://api.example.com/session") };
/// assert!(request.headers.is_empty());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Such as `GET`; never `CONNECT` or `TRACE`.
    pub method: String,
    /// With scheme and a listed host.
    pub url: String,
    /// Names in any case.
    pub headers: Vec<(String, Vec<u8>)>,
    /// Empty for none.
    pub body: Vec<u8>,
}

/// What came back.
///
/// ```
/// use witgate_plugin::outbound::Response;
///
/// let response = Response { status: 204, headers: vec![], body: vec![] };
/// assert_eq!(response.header("content-type"), None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// Any, also a redirect.
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The whole body.
    pub body: Vec<u8>,
}

/// Why there is no answer.
///
/// ```
/// use witgate_plugin::{mock, outbound};
///
/// let request = mock::request("GET", "/").answer("https://a/", Err(outbound::Error::Timeout));
/// let answer = request.run(|| outbound::send(&outbound::Request::get("https://a/")));
/// assert_eq!(answer.unwrap_err().to_string(), "no answer in time");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutboundError {
    /// No such method, URL or header.
    Invalid,
    /// The host is not listed, the scheme is not allowed, or the name leads where nobody may go.
    Denied,
    /// A body or the headers are too large, in either direction.
    TooLarge,
    /// No whole answer within the deadline.
    Timeout,
    /// No connection.
    Unreachable,
    /// Too many calls of this plugin are under way.
    Busy,
    /// The connection broke, or what came is no HTTP.
    Broken,
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Key => "the key is empty or too long",
            Self::ValueTooLarge => "the value is too large",
            Self::NotANumber => "the value is no number",
            Self::Overflow => "the sum does not fit",
        })
    }
}

impl fmt::Display for OutboundError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Invalid => "no such method, URL or header",
            Self::Denied => "the host or its address is not granted",
            Self::TooLarge => "too large",
            Self::Timeout => "no answer in time",
            Self::Unreachable => "no connection",
            Self::Busy => "too many calls at once",
            Self::Broken => "the connection broke",
        })
    }
}
