//! The request this call is about: method, path, route, headers, query, peer, and what earlier stages left.
//!
//! Everything here comes from the client and is unverified, except attributes. Never holds a handle: each call asks.
use std::rc::Rc;

use crate::head::{Fact, once};
use crate::host;

/// The method in upper case, such as `GET`. The gateway is asked once in a call, here and for path and route.
///
/// ```
/// use witgate_plugin::{mock, request};
///
/// assert_eq!(mock::request("PUT", "/").run(|| request::method()), "PUT");
/// ```
pub fn method() -> String {
    known_method().as_ref().to_owned()
}

/// The one canonical path that routing, policies and the upstream see, percent-decoded where that is unambiguous; never
/// with a query.
///
/// ```
/// use witgate_plugin::{mock, request};
///
/// assert_eq!(mock::request("GET", "/orders/1").run(|| request::path()), "/orders/1");
/// ```
pub fn path() -> String {
    known_path().as_ref().to_owned()
}

/// The name of the matched route in gateway.toml.
///
/// ```
/// use witgate_plugin::{mock, request};
///
/// assert_eq!(mock::request("GET", "/orders/1").route("orders").run(|| request::route()), "orders");
/// ```
pub fn route() -> String {
    once(Fact::Route, host::route).as_ref().to_owned()
}

/// As [`method`], for whoever compares it many times.
pub(crate) fn known_method() -> Rc<str> {
    once(Fact::Method, host::method)
}

/// As [`path`], for whoever compares it many times.
pub(crate) fn known_path() -> Rc<str> {
    once(Fact::Path, host::path)
}

/// The first value of a header, as bytes; the name in any case.
///
/// ```
/// use witgate_plugin::{mock, request};
///
/// let made = mock::request("GET", "/").header("X-Tenant", "acme");
/// assert_eq!(made.run(|| request::header("x-tenant")), Some(b"acme".to_vec()));
/// ```
pub fn header(name: &str) -> Option<Vec<u8>> {
    host::header(name)
}

/// The first value of a header where it is UTF-8.
///
/// ```
/// use witgate_plugin::{mock, request};
///
/// let made = mock::request("GET", "/").header("x-tenant", "acme").header("x-raw", [0xff]);
/// made.run(|| {
///     assert_eq!(request::header_text("x-tenant").as_deref(), Some("acme"));
///     assert_eq!((request::header_text("x-raw"), request::header_text("absent")), (None, None));
/// });
/// ```
pub fn header_text(name: &str) -> Option<String> {
    String::from_utf8(host::header(name)?).ok()
}

/// A header that was sent more than once, or whose value is no UTF-8.
///
/// ```
/// use witgate_plugin::{mock, request};
///
/// let twice = mock::request("GET", "/").header("x-tenant", "acme").header("x-tenant", "globex");
/// assert_eq!(twice.run(|| request::sole_header("x-tenant")), Err(request::Ambiguous));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ambiguous;

/// The only value of a header, where a decision hangs on it: with two values the upstream might read the other one.
/// `None` where it was not sent.
///
/// ```
/// use witgate_plugin::{mock, request};
///
/// let once = mock::request("GET", "/").header("x-tenant", "acme");
/// assert_eq!(once.run(|| request::sole_header("x-tenant")), Ok(Some("acme".into())));
/// assert_eq!(once.run(|| request::sole_header("x-absent")), Ok(None));
/// ```
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
///
/// ```
/// use witgate_plugin::{mock, request};
///
/// let made = mock::request("GET", "/").header("x-tenant", "acme").header("x-tenant", "globex");
/// assert_eq!(made.run(|| request::header_values("x-tenant").len()), 2, "which of them counts?");
/// ```
pub fn header_values(name: &str) -> Vec<Vec<u8>> {
    host::header_values(name)
}

/// The first value of a query parameter, percent-decoded; `None` where that is no UTF-8. Others of the same name are not seen,
/// and the upstream gets them all: let it read the first, or decide by something else.
///
/// ```
/// use witgate_plugin::{mock, request};
///
/// let made = mock::request("GET", "/orders").query("page", "2");
/// assert_eq!(made.run(|| request::query_param("page")).as_deref(), Some("2"));
/// ```
pub fn query_param(name: &str) -> Option<String> {
    host::query_param(name)
}

/// The host and port that the client asked for.
///
/// ```
/// use witgate_plugin::{mock, request};
///
/// let made = mock::request("GET", "/").authority("api.example.com");
/// assert_eq!(made.run(|| request::authority()), "api.example.com");
/// ```
pub fn authority() -> String {
    host::authority()
}

/// The IP address of the peer, without a port.
///
/// ```
/// use std::net::IpAddr;
/// use witgate_plugin::{mock, request};
///
/// let made = mock::request("GET", "/").peer("2001:db8::7");
/// assert!(made.run(|| request::peer_address()).parse::<IpAddr>().is_ok_and(|address| address.is_ipv6()));
/// ```
pub fn peer_address() -> String {
    host::peer_address()
}

/// A fact that an earlier stage left (`tenant`), or a path parameter of the route (`path.id`).
///
/// ```
/// use witgate_plugin::{claims, mock, request};
///
/// /// Whether the order in the path is the caller's own.
/// fn is_own() -> bool {
///     request::attribute("path.user").is_some_and(|user| claims::get("sub") == Some(user))
/// }
///
/// let made = mock::request("GET", "/users/alice/orders").attribute("path.user", "alice");
/// assert!(!made.run(|| is_own()));
/// assert!(made.claim("sub", "alice").run(|| is_own()));
/// ```
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
        request.run(|| {
            assert_eq!(sole_header("X-One"), Ok(Some("a".into())));
            assert_eq!(sole_header("x-none"), Ok(None));
            assert_eq!(sole_header("x-two"), Err(Ambiguous));
            assert_eq!(sole_header("x-bytes"), Err(Ambiguous));
        });
    }
}
