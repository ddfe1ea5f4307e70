//! Which headers stop at this hop, and which no client may set.
//!
//! Never passes on an identity header or a forwarding header of the client's own making.

use http::header::{CONNECTION, CONTENT_LENGTH, EXPECT, HOST, HeaderName, PROXY_AUTHORIZATION};
use http::{HeaderMap, HeaderValue};

/// Which generation answered; of answers only.
pub const GENERATION: HeaderName = HeaderName::from_static("x-witgate-generation");
/// With it a client asks for [`GENERATION`], where `show-generation = "asked"`.
pub const ASKS_FOR_GENERATION: HeaderName = HeaderName::from_static("x-witgate-debug-generation");

/// Hop-by-hop fields (RFC 9110 section 7.6.1), beside those that `Connection` names.
fn stops_here(name: &str) -> bool {
    matches!(
        name,
        "connection"
            | "keep-alive"
            | "proxy-connection"
            | "proxy-authenticate"
            | "te"
            | "trailer"
            | "transfer-encoding"
            | "upgrade"
    )
}

/// What only a gateway says of a request; a client's own version would be believed by the upstream.
fn is_forwarding(name: &str) -> bool {
    // Most headers of most requests do not begin so, and each request asks for each of its names.
    match name.strip_prefix("x-") {
        Some(rest) => is_forwarding_extension(rest),
        // CGI makes HTTP_PROXY of `proxy`, which many clients take for their own proxy.
        None => matches!(name, "forwarded" | "client-ip" | "true-client-ip" | "proxy"),
    }
}

/// The same, of what follows on `x-`.
fn is_forwarding_extension(rest: &str) -> bool {
    matches!(
        rest,
        "forwarded"
            | "real-ip"
            | "client-ip"
            | "cluster-client-ip"
            | "originating-ip"
            | "remote-ip"
            | "remote-addr"
            | "host"
            | "original-host"
            | "original-url"
            | "rewrite-url"
            // Many frameworks obey these, so a rule would see another method than the service does.
            | "http-method"
            | "http-method-override"
            | "method-override"
            | "request-id"
            // An operator's debug header: a credential, and for the gateway only.
            | "witgate-debug"
            | "witgate-generation"
            | "witgate-debug-generation"
    )
}

/// Asks for a trace of the request; signed by an operator.
pub const DEBUG: HeaderName = HeaderName::from_static("x-witgate-debug");
/// The whole family of X-Forwarded-For, -Host, -Proto, -Port, -Prefix.
const FORWARDED_PREFIX: &str = "x-forwarded-";

/// Strips a request on entry.
pub fn strip(headers: &mut HeaderMap, identity_prefix: &str) {
    strip_those(headers, |name| is_stripped(name, identity_prefix));
}

/// Whether no request has this header after admission.
pub fn is_stripped(name: &HeaderName, identity_prefix: &str) -> bool {
    stops_here(name.as_str())
        || *name == PROXY_AUTHORIZATION
        || *name == EXPECT
        || is_twin(name)
        || is_reserved(name, identity_prefix)
}

/// Strips what must not cross this hop, in either direction.
pub fn strip_hop_by_hop(headers: &mut HeaderMap) {
    strip_those(headers, |name| stops_here(name.as_str()));
}

/// One look at each name, since as a rule there is nothing to strip.
fn strip_those(headers: &mut HeaderMap, stripped: impl Fn(&HeaderName) -> bool) {
    let mut theirs: Vec<HeaderName> = headers.keys().filter(|name| stripped(name)).cloned().collect();
    if theirs.contains(&CONNECTION) {
        theirs.extend(headers.get_all(CONNECTION).iter().flat_map(options));
    }
    for name in theirs {
        headers.remove(name);
    }
}

fn options(value: &HeaderValue) -> Vec<HeaderName> {
    // Bytes, not text: one byte outside ASCII must not save the options beside it.
    let options = value.as_bytes().split(|byte| *byte == b',');
    options.filter_map(|option| HeaderName::from_bytes(option.trim_ascii()).ok()).collect()
}

/// Many servers read `X_Tenant` as `X-Tenant` (CGI, RFC 3875 section 4.1.18), so such a name could pass for one that the
/// gateway or a filter sets. nginx drops them by default for the same reason.
pub fn is_twin(name: &HeaderName) -> bool {
    name.as_str().contains('_')
}

/// Whether only the gateway may set this header of a request.
pub fn is_reserved(name: &HeaderName, identity_prefix: &str) -> bool {
    let name = name.as_str();
    name.starts_with(identity_prefix) || name.starts_with(FORWARDED_PREFIX) || is_forwarding(name)
}

/// Whether the field belongs to a hop's framing or connection, so that nobody may set it from outside.
pub fn is_hop_by_hop(name: &HeaderName) -> bool {
    stops_here(name.as_str()) || *name == CONTENT_LENGTH || *name == HOST
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::request_id;

    #[test]
    fn the_gateways_own_names_are_reserved() {
        for name in [DEBUG, GENERATION, ASKS_FOR_GENERATION, request_id::HEADER] {
            assert!(is_reserved(&name, "x-identity-"), "{name}");
        }
    }

    #[test]
    fn only_end_to_end_headers_of_the_client_are_left() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("connection", "close, X-Secret-Hop"),
            ("x-secret-hop", "1"),
            ("keep-alive", "timeout=5"),
            ("transfer-encoding", "chunked"),
            ("upgrade", "websocket"),
            ("x-identity-subject", "root"),
            ("x_identity_subject", "root"),
            ("x-identity_roles", "admin"),
            ("x-forwarded-for", "10.0.0.1"),
            ("x_forwarded_for", "10.0.0.1"),
            ("x-forwarded-port", "1"),
            ("x-original-url", "/admin"),
            ("x-http-method-override", "DELETE"),
            ("x_tenant", "globex"),
            ("forwarded", "for=10.0.0.1"),
            ("x-forwarded", "for=10.0.0.1"),
            ("client-ip", "10.0.0.1"),
            ("x-cluster-client-ip", "10.0.0.1"),
            ("x-original-host", "admin.example"),
            ("proxy", "http://elsewhere"),
            ("x-request-id", "mine"),
            ("x-witgate-debug", "e30.e30.c2ln"),
            ("x-witgate-generation", "1"),
            ("x-witgate-debug-generation", "1"),
            ("expect", "100-continue"),
            ("authorization", "Bearer t"),
            ("x-identify", "kept"),
            ("accept", "*/*"),
        ] {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        strip(&mut headers, "x-identity-");
        let mut left: Vec<&str> = headers.keys().map(HeaderName::as_str).collect();
        left.sort_unstable();
        assert_eq!(left, ["accept", "authorization", "x-identify"]);
    }
}
