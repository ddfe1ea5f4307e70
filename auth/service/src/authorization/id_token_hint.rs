//! What an ID token that comes as a hint says. It is not verified, and it may have expired: so it may only make an answer
//! narrower, or say again what the request could say without it. Never takes it for a proof of anything.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// What could be read of the token.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IdTokenHint {
    /// Its user.
    pub subject: Option<String>,
    /// The client that it was issued to.
    pub client_id: Option<String>,
}

impl IdTokenHint {
    /// Reads a compact JWS; nothing of what is none.
    pub fn read(token: &str) -> IdTokenHint {
        let claims = claims(token).unwrap_or_default();
        let audience = match &claims["aud"] {
            Value::Array(list) => list.first(),
            one => Some(one),
        };
        let text = |value: &Value| value.as_str().map(str::to_owned);
        IdTokenHint { subject: text(&claims["sub"]), client_id: audience.and_then(text) }
    }
}

fn claims(token: &str) -> Option<Value> {
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    serde_json::from_slice(&payload).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(payload: &str, subject: Option<&str>, client_id: Option<&str>) {
        let hint = IdTokenHint::read(&format!("e30.{}.x", URL_SAFE_NO_PAD.encode(payload)));
        assert_eq!((hint.subject.as_deref(), hint.client_id.as_deref()), (subject, client_id), "{payload}");
    }

    #[test]
    fn subject_and_client_are_read() {
        check(r#"{"sub":"alice","aud":"shop"}"#, Some("alice"), Some("shop"));
        check(r#"{"sub":"alice","aud":["shop","b"]}"#, Some("alice"), Some("shop"));
        check(r#"{"sub":7,"aud":[]}"#, None, None);
        check("[]", None, None);
        check("no JSON", None, None);
        for unreadable in ["", "x", "a.b", "a.%.c"] {
            assert_eq!(IdTokenHint::read(unreadable), IdTokenHint::default(), "{unreadable}");
        }
    }
}
