//! The only place where a refusal becomes a response: an RFC 9457 problem document with the request id, the RFC 6750
//! challenge, and the headers that go with the status.
//!
//! Never shows the operator's cause to the caller.

use bytes::Bytes;
use http::header::{ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, Response};
use http_body_util::Full;
use serde_json::json;

use crate::observe::request_id::{self, RequestId};
use crate::refusal::{Challenge, INSUFFICIENT_AUTHENTICATION, Refused};

/// The protection space named in every challenge (RFC 9110 section 11.5).
const REALM: &str = "witgate";

/// The response for a refusal.
pub fn refusal(refused: &Refused, id: &RequestId) -> Response<Full<Bytes>> {
    let body = json!({
        "type": "about:blank",
        "title": refused.status.canonical_reason().unwrap_or("Refused"),
        "status": refused.status.as_u16(),
        "detail": refused.message,
        "code": refused.code,
        "request_id": id.to_string(),
    });
    let mut response = Response::new(Full::new(Bytes::from(body.to_string())));
    *response.status_mut() = refused.status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(request_id::HEADER, id.header_value());
    if let Some(challenge) = challenge(refused) {
        headers.insert(WWW_AUTHENTICATE, challenge);
    }
    if let Some(seconds) = refused.retry_after {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    if let Some(allow) = allow(refused) {
        headers.insert(ALLOW, allow);
    }
    if refused.close {
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

fn challenge(refused: &Refused) -> Option<HeaderValue> {
    let error = match refused.challenge {
        Challenge::None => return None,
        Challenge::Missing => return HeaderValue::from_str(&format!("Bearer realm=\"{REALM}\"")).ok(),
        Challenge::InvalidToken => "invalid_token",
        Challenge::InsufficientScope => "insufficient_scope",
        Challenge::InsufficientAuthentication => INSUFFICIENT_AUTHENTICATION,
    };
    let described = quotable(&refused.message);
    HeaderValue::from_str(&format!("Bearer realm=\"{REALM}\", error=\"{error}\", error_description=\"{described}\""))
        .ok()
}

/// What RFC 6750 section 3 allows in `error_description`: %x20-21, %x23-5B, %x5D-7E.
fn quotable(message: &str) -> String {
    message.chars().filter(|c| matches!(c, '\x20'..='\x21' | '\x23'..='\x5b' | '\x5d'..='\x7e')).collect()
}

fn allow(refused: &Refused) -> Option<HeaderValue> {
    if refused.allow.is_empty() {
        return None;
    }
    let names: Vec<&str> = refused.allow.iter().map(http::Method::as_str).collect();
    HeaderValue::from_str(&names.join(", ")).ok()
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;

    fn header(response: &Response<Full<Bytes>>, name: http::HeaderName) -> Option<&str> {
        response.headers().get(name).map(|value| value.to_str().expect("text"))
    }

    #[test]
    fn a_missing_token_gets_the_bare_challenge() {
        let mut refused = Refused::new(StatusCode::UNAUTHORIZED, "token_missing", "A bearer token is required.");
        refused.challenge = Challenge::Missing;
        let response = refusal(&refused, &RequestId::generate());
        assert_eq!(header(&response, WWW_AUTHENTICATE), Some("Bearer realm=\"witgate\""));
    }

    #[test]
    fn a_sign_in_that_is_not_enough_is_told_by_its_own_error() {
        let mut refused = Refused::new(StatusCode::UNAUTHORIZED, INSUFFICIENT_AUTHENTICATION, "Sign in again.");
        refused.challenge = Challenge::InsufficientAuthentication;
        let told = "Bearer realm=\"witgate\", error=\"insufficient_user_authentication\", error_description=\"Sign in again.\"";
        assert_eq!(header(&refusal(&refused, &RequestId::generate()), WWW_AUTHENTICATE), Some(told));
    }

    #[test]
    fn a_message_from_a_policy_cannot_break_out_of_the_challenge() {
        let mut refused = Refused::new(StatusCode::FORBIDDEN, "rule_denied", "");
        refused.message = "no\", error=\"x\\\r\nSet-Cookie: a=b".to_owned().into();
        refused.challenge = Challenge::InsufficientScope;
        let response = refusal(&refused, &RequestId::generate());
        assert_eq!(
            header(&response, WWW_AUTHENTICATE),
            Some(
                "Bearer realm=\"witgate\", error=\"insufficient_scope\", error_description=\"no, error=xSet-Cookie: a=b\""
            )
        );
    }

    #[test]
    fn the_cause_stays_with_the_operator() {
        let refused = Refused::bad_request("path_ambiguous", "The path is ambiguous.").because("secret cause");
        let response = refusal(&refused, &RequestId::generate());
        let body = format!("{:?}", response.body());
        assert!(body.contains("path_ambiguous") && !body.contains("secret cause"), "{body}");
    }
}
