//! The request this call is about: headers, query, peer, and what earlier stages left.
//!
//! Everything here comes from the client and is unverified, except attributes. Never holds a handle: each call asks.
use crate::host;

/// The first value of a header, as bytes; the name in any case.
pub fn header(name: &str) -> Option<Vec<u8>> {
    host::header(name)
}

/// The first value of a header where it is UTF-8.
pub fn header_text(name: &str) -> Option<String> {
    String::from_utf8(host::header(name)?).ok()
}

/// Every value of a header, in the order received.
pub fn header_values(name: &str) -> Vec<Vec<u8>> {
    host::header_values(name)
}

/// The first value of a query parameter, percent-decoded.
pub fn query_param(name: &str) -> Option<String> {
    host::query_param(name)
}

/// The host and port that the client asked for.
pub fn authority() -> String {
    host::authority()
}

/// The IP address of the peer, without a port.
pub fn peer_address() -> String {
    host::peer_address()
}

/// A fact that an earlier stage left (`tenant`), or a path parameter of the route (`path.id`).
pub fn attribute(name: &str) -> Option<String> {
    host::attribute(name)
}
