//! Every error answer of a service: one problem document with a stable code (RFC 9457).
//!
//! Never holds the operator's cause: that goes to the log.

use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::{Map, Value, json};
use witgate_token::{Failure, Refusal};

/// How long a caller should wait when the issuer's keys cannot be had, in seconds.
const RETRY_AFTER_SECONDS: u64 = 5;
/// Longest request id that is repeated to the caller, in bytes.
const MAX_REQUEST_ID_BYTES: usize = 128;

/// An error answer: `application/problem+json` with `type`, `title`, `status`, `detail`, `code` and `request_id`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: String,
    request_id: Option<String>,
    challenge: Option<String>,
    retry_after_seconds: Option<u64>,
    members: Map<String, Value>,
}

impl Problem {
    /// A problem with a stable code (`[a-z0-9_]{1,64}`) and a sentence that may be shown to the caller.
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            code,
            detail: detail.into(),
            request_id: None,
            challenge: None,
            retry_after_seconds: None,
            members: Map::new(),
        }
    }

    /// With the request id that the gateway gave, if the request carries one.
    #[must_use]
    pub fn for_request(mut self, headers: &HeaderMap) -> Self {
        self.request_id = request_id(headers).map(str::to_owned);
        self
    }

    /// With this request id, where it has none yet.
    pub(super) fn named(mut self, id: String) -> Self {
        self.request_id.get_or_insert(id);
        self
    }

    /// With one more member, such as the `sku` that is out of stock. Never replaces a standard member.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.members.insert(name.to_owned(), value.into());
        self
    }

    /// The status of the answer.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The stable code.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// 403 with the challenge of RFC 6750 section 3.1, and the scopes that are needed.
    pub(super) fn forbidden(code: &'static str, detail: &str, scopes: &[&str]) -> Self {
        let mut challenge = r#"Bearer error="insufficient_scope""#.to_owned();
        // Only a scope-token of RFC 6749 section 3.3 may stand in the quotes.
        if !scopes.is_empty() && scopes.iter().all(|scope| is_scope_token(scope)) {
            challenge.push_str(&format!(r#", scope="{}""#, scopes.join(" ")));
        }
        let mut problem = Self::new(StatusCode::FORBIDDEN, code, detail);
        problem.challenge = Some(challenge);
        problem
    }

    fn unauthorized(code: &'static str, detail: &str, challenge: &str) -> Self {
        let mut problem = Self::new(StatusCode::UNAUTHORIZED, code, detail);
        problem.challenge = Some(challenge.to_owned());
        problem
    }

    fn document(&self) -> Value {
        let mut document = self.members.clone();
        let title = self.status.canonical_reason().unwrap_or("Error");
        let standard = [
            ("type", json!("about:blank")),
            ("title", json!(title)),
            ("status", json!(self.status.as_u16())),
            ("detail", json!(self.detail)),
            ("code", json!(self.code)),
        ];
        document.extend(standard.map(|(name, value)| (name.to_owned(), value)));
        if let Some(id) = &self.request_id {
            document.insert("request_id".to_owned(), json!(id));
        }
        Value::Object(document)
    }
}

/// A refusal as the caller sees it: 401 with a challenge, or 503 where nobody can tell whether the token is good.
///
/// Every bad token gets the same answer: why it is refused is for the log, since it would guide a forger.
impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal.failure() {
            Failure::KeysUnavailable => {
                let detail = "the token cannot be checked at the moment; try again soon";
                let mut problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "keys_unavailable", detail);
                problem.retry_after_seconds = Some(RETRY_AFTER_SECONDS);
                problem
            }
            // A request without a credential gets a bare challenge (RFC 6750 section 3.1).
            Failure::Missing => Self::unauthorized("token_missing", "a bearer token is required", "Bearer"),
            _ => Self::unauthorized("token_invalid", "the token is not accepted", r#"Bearer error="invalid_token""#),
        }
    }
}

fn is_scope_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\')
}

/// The id the gateway gave this request, if it is short and printable.
pub fn request_id(headers: &HeaderMap) -> Option<&str> {
    let id = headers.get("x-request-id")?.to_str().ok()?;
    (!id.is_empty() && id.len() <= MAX_REQUEST_ID_BYTES && id.bytes().all(|byte| byte.is_ascii_graphic())).then_some(id)
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.status, self.document().to_string()).into_response();
        // For the middleware that knows the request's id.
        response.extensions_mut().insert(self.clone());
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(challenge) = self.challenge.and_then(|text| HeaderValue::try_from(text).ok()) {
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
        if let Some(seconds) = self.retry_after_seconds {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standard_members_win() {
        let document =
            Problem::new(StatusCode::CONFLICT, "out_of_stock", "no").with("sku", "a-1").with("status", 200).document();
        let expected = json!({"type": "about:blank", "title": "Conflict", "status": 409, "detail": "no",
            "code": "out_of_stock", "sku": "a-1"});
        assert_eq!(document, expected);
    }

    #[test]
    fn a_forged_request_id_is_dropped() {
        let long = "x".repeat(MAX_REQUEST_ID_BYTES + 1);
        for (id, kept) in [("abc-1", true), ("a b", false), ("", false), (long.as_str(), false)] {
            let mut headers = HeaderMap::new();
            headers.insert("x-request-id", id.parse().expect("a header value"));
            assert_eq!(request_id(&headers).is_some(), kept, "{id:?}");
        }
    }

    #[test]
    fn a_scope_cannot_break_out_of_the_challenge() {
        let challenge = |scopes: &[&str]| Problem::forbidden("insufficient_scope", "no", scopes).challenge;
        let expected = r#"Bearer error="insufficient_scope", scope="orders:read orders:write""#;
        assert_eq!(challenge(&["orders:read", "orders:write"]).as_deref(), Some(expected));
        for bad in [r#"a", x="b"#, "", "a b", "a\\"] {
            let bare = r#"Bearer error="insufficient_scope""#;
            assert_eq!(challenge(&["orders:read", bad]).as_deref(), Some(bare), "{bad:?}");
        }
    }
}
