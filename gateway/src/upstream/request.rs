//! The request as the upstream gets it: the canonical path, the forwarding headers and the identity headers.
//!
//! Never appends to what a client sent: admission stripped it, and here it is set.

use http::header::{HOST, HeaderName, HeaderValue, TRANSFER_ENCODING};
use http::uri::PathAndQuery;
use http::{HeaderMap, StatusCode, Uri};
use http_body::Body;
use serde_json::Value;
use witgate_token::Claims;

use crate::observe::request_id::{self, RequestId};
use crate::peer::{FORWARDED_PROTO, Peer};
use crate::refusal::Refused;

const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The longest identity header value, in bytes.
const IDENTITY_BYTES: usize = 4 * 1024;

/// Path and query as the upstream gets them. `asked` is the client's own target, which mostly says just that.
///
/// # Errors
/// 400 where path and query make no URI; admission should have refused that.
pub fn target(asked: &Uri, path: &str, query: Option<&str>) -> Result<Uri, Refused> {
    if asked.authority().is_none() && asked.path() == path && asked.query() == query {
        return Ok(asked.clone());
    }
    let text = match query {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    PathAndQuery::try_from(text).map(Uri::from).map_err(|error| {
        Refused::bad_request("target_invalid", "The target is not acceptable.").because(error.to_string())
    })
}

/// Sets Host, the forwarding headers and the request id.
pub fn set_forwarding(headers: &mut HeaderMap, authority: &str, peer: &Peer, id: &RequestId) {
    if let Some(host) = host(headers, authority) {
        headers.insert(FORWARDED_HOST, host);
    }
    headers.insert(FORWARDED_FOR, peer.header.clone());
    let scheme = if peer.is_secure { "https" } else { "http" };
    headers.insert(FORWARDED_PROTO, HeaderValue::from_static(scheme));
    headers.insert(request_id::HEADER, id.header_value());
}

/// The Host header, set unless it says so already.
fn host(headers: &mut HeaderMap, authority: &str) -> Option<HeaderValue> {
    let said = headers.get(HOST).filter(|said| said.as_bytes() == authority.as_bytes()).cloned();
    said.or_else(|| {
        let host = HeaderValue::from_str(authority).ok()?;
        headers.insert(HOST, host.clone());
        Some(host)
    })
}

/// Says that chunks follow where the length is unknown: for GET and HEAD hyper would take that for no body at all.
pub fn keep_framing(headers: &mut HeaderMap, body: &impl Body) {
    if !body.is_end_stream() && body.size_hint().exact().is_none() {
        headers.insert(TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
    }
}

/// Sets the route's identity headers from the verified claims. A claim that is absent sets no header.
///
/// # Errors
/// 502 for a claim that cannot stand in a header: going on without it would change who the upstream sees.
pub fn set_identity(headers: &mut HeaderMap, wanted: &[(HeaderName, String)], claims: &Claims) -> Result<(), Refused> {
    for (name, claim) in wanted {
        let Some(text) = claims.get(claim).and_then(identity_text) else { continue };
        // Outer blanks do not survive a header, so the upstream would see somebody else.
        let whole = text.trim() == text && text.len() <= IDENTITY_BYTES;
        let value = HeaderValue::from_str(&text).ok().filter(|_| whole);
        let value = value.ok_or_else(|| unusable(claim))?;
        headers.insert(name.clone(), value);
    }
    Ok(())
}

/// Text as it is; numbers and booleans as JSON writes them; a list of texts without commas joined by commas; else JSON.
fn identity_text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Array(items) if items.iter().all(is_list_item) => {
            Some(items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(","))
        }
        other => Some(other.to_string()),
    }
}

/// An item with a comma in it could pass for two.
fn is_list_item(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.contains(','))
}

fn unusable(claim: &str) -> Refused {
    Refused::new(StatusCode::BAD_GATEWAY, "identity_unusable", "The caller's identity cannot be passed on.").because(
        format!("claim `{claim}` has control characters, non-ASCII text or outer blanks, or is longer than {IDENTITY_BYTES} bytes"),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn claims_become_headers_without_losing_their_meaning() {
        let check = |value: Value, expected: Option<&str>| assert_eq!(identity_text(&value).as_deref(), expected);
        check(json!("alice"), Some("alice"));
        check(json!(7), Some("7"));
        check(json!(true), Some("true"));
        check(json!(null), None);
        check(json!(["a", "b"]), Some("a,b"));
        check(json!(["a,b", "c"]), Some("[\"a,b\",\"c\"]"));
        check(json!([1, 2]), Some("[1,2]"));
        check(json!({"a": 1}), Some("{\"a\":1}"));
    }

    #[test]
    fn the_target_keeps_path_and_query_whatever_the_client_wrote() {
        let target = |asked: &'static str, path: &str, query: Option<&str>| {
            target(&Uri::from_static(asked), path, query).expect("a target").to_string()
        };
        assert_eq!(target("/orders/1?a=b%20c", "/orders/1", Some("a=b%20c")), "/orders/1?a=b%20c");
        assert_eq!(target("http://elsewhere/orders/1", "/orders/1", None), "/orders/1");
        assert_eq!(target("/orders/%31?a=b", "/orders/1", Some("a=b")), "/orders/1?a=b");
        assert_eq!(target("/orders/1?a=b", "/orders/1", None), "/orders/1");
        assert_eq!(target("/a", "/", None), "/");
    }

    #[test]
    fn the_host_is_the_one_that_was_admitted() {
        let peer = Peer::new([127, 0, 0, 1].into());
        for sent in ["API.example:80", "api.example:80"] {
            let mut headers = HeaderMap::from_iter([(HOST, HeaderValue::from_static(sent))]);
            set_forwarding(&mut headers, "api.example:80", &peer, &RequestId::generate());
            assert_eq!((&headers[HOST], &headers[FORWARDED_HOST]), (&headers[FORWARDED_HOST], &headers[HOST]));
            assert_eq!(
                (&headers[HOST], &headers[FORWARDED_FOR]),
                (&HeaderValue::from_static("api.example:80"), &peer.header)
            );
        }
    }
}
