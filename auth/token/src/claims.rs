//! The verified claims of one token, parsed once and cheap to clone.
//!
//! Never made from a token that was not verified, and never shows a value in Debug.

use std::fmt;
use std::sync::Arc;

use serde_json::{Map, Value};

/// The claims of a verified token. Clones share one copy.
#[derive(Clone)]
pub struct Claims(Arc<Verified>);

/// The registered claims by type, and the whole object.
struct Verified {
    subject: String,
    issuer: String,
    expires_at: u64,
    issued_at: Option<u64>,
    all: Value,
}

/// The registered claims that the strict rules have read out of the payload.
pub(crate) struct Registered {
    pub subject: String,
    pub issuer: String,
    pub expires_at: u64,
    pub issued_at: Option<u64>,
}

impl Claims {
    /// Only the pipeline makes claims, and only after the signature and every rule.
    pub(crate) fn new(registered: Registered, all: Map<String, Value>) -> Self {
        let Registered { subject, issuer, expires_at, issued_at } = registered;
        Self(Arc::new(Verified { subject, issuer, expires_at, issued_at, all: Value::Object(all) }))
    }

    /// A claim by its top-level name, or by an RFC 6901 pointer when it starts with `/`.
    pub fn get(&self, name_or_pointer: &str) -> Option<&Value> {
        lookup(&self.0.all, name_or_pointer)
    }

    /// `sub`: who the token is about. Never empty.
    pub fn subject(&self) -> &str {
        &self.0.subject
    }

    /// `iss`: exactly the profile's issuer.
    pub fn issuer(&self) -> &str {
        &self.0.issuer
    }

    /// `exp`, in seconds since 1970-01-01 UTC.
    pub fn expires_at(&self) -> u64 {
        self.0.expires_at
    }

    /// `iat`, in seconds since 1970-01-01 UTC.
    pub fn issued_at(&self) -> Option<u64> {
        self.0.issued_at
    }

    /// `jti` (RFC 7519 section 4.1.7).
    pub fn token_id(&self) -> Option<&str> {
        self.text("jti")
    }

    /// `sid`: the session at the issuer.
    pub fn session_id(&self) -> Option<&str> {
        self.text("sid")
    }

    /// Whether the `scope` string (RFC 8693 section 4.2, space-separated) or the `scp` list holds this scope.
    pub fn has_scope(&self, scope: &str) -> bool {
        if scope.is_empty() {
            return false;
        }
        let in_text = self.text("scope").is_some_and(|held| held.split(' ').any(|one| one == scope));
        let in_list = match self.get("scp") {
            Some(Value::Array(held)) => held.iter().any(|one| one.as_str() == Some(scope)),
            _ => false,
        };
        in_text || in_list
    }

    /// All claims, as one JSON object.
    pub fn to_json(&self) -> Value {
        self.0.all.clone()
    }

    /// Claims out of thin air, for this crate's own tests.
    #[cfg(test)]
    pub(crate) fn new_for_test(all: Value) -> Self {
        let Value::Object(all) = all else { panic!("claims are an object") };
        let registered =
            Registered { subject: "test".into(), issuer: "test".into(), expires_at: u64::MAX, issued_at: None };
        Self::new(registered, all)
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.0.all.get(name).and_then(Value::as_str)
    }
}

/// A top-level name, or an RFC 6901 pointer when it starts with `/`.
pub(crate) fn lookup<'a>(claims: &'a Value, name_or_pointer: &str) -> Option<&'a Value> {
    if name_or_pointer.starts_with('/') {
        return claims.pointer(name_or_pointer);
    }
    claims.get(name_or_pointer)
}

impl fmt::Debug for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claims").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_and_pointers_find_claims() {
        let claims = Claims::new_for_test(json!({"tenant": "acme", "realm": {"roles": ["a", "b"]}, "a/b": 1}));
        assert_eq!(claims.get("tenant"), Some(&json!("acme")));
        assert_eq!(claims.get("/realm/roles/1"), Some(&json!("b")));
        assert_eq!(claims.get("a/b"), Some(&json!(1)));
        assert_eq!(claims.get("/a~1b"), Some(&json!(1)));
        assert_eq!(claims.get("realm.roles"), None);
    }

    #[test]
    fn scopes_are_whole_words() {
        let claims = Claims::new_for_test(json!({"scope": "orders:read orders:write"}));
        assert!(claims.has_scope("orders:read"));
        for scope in ["orders", "orders:read orders:write", "", " ", "ORDERS:READ"] {
            assert!(!claims.has_scope(scope), "{scope:?}");
        }
    }

    #[test]
    fn scp_counts_only_as_a_list() {
        assert!(Claims::new_for_test(json!({"scp": ["a", "b"]})).has_scope("b"));
        assert!(!Claims::new_for_test(json!({"scp": "a b"})).has_scope("a"));
        assert!(!Claims::new_for_test(json!({"scope": ["a"]})).has_scope("a"));
    }

    #[test]
    fn debug_shows_no_value() {
        let shown = format!("{:?}", Claims::new_for_test(json!({"email": "alice@example.com"})));
        assert!(!shown.contains("alice") && !shown.contains("email"), "{shown}");
    }
}
