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

/// A header that was sent more than once, or whose value is no UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ambiguous;

/// The only value of a header, where a decision hangs on it: with two values the upstream might read the other one.
/// `None` where it was not sent.
///
/// # Errors
/// Where it was sent more than once, or is no UTF-8.
pub fn sole_header(name: &str) -> Result<Option<String>, Ambiguous> {
    let mut values = host::header_values(name);
    match (values.pop(), values.is_empty()) {
        (None, _) => Ok(None),
        (Some(value), true) => String::from_utf8(value).map(Some).map_err(|_| Ambiguous),
        (Some(_), false) => Err(Ambiguous),
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mock;

    #[test]
    fn a_sole_header_is_there_once_and_utf8() {
        let request = mock::request("GET", "/")
            .header("x-one", "a")
            .header("x-two", "a")
            .header("x-two", "a")
            .header("x-bytes", b"\xff");
        request.run(|_| {
            assert_eq!(sole_header("X-One"), Ok(Some("a".into())));
            assert_eq!(sole_header("x-none"), Ok(None));
            assert_eq!(sole_header("x-two"), Err(Ambiguous));
            assert_eq!(sole_header("x-bytes"), Err(Ambiguous));
        });
    }
}
