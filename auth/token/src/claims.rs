//! The verified claims of one token, parsed once and cheap to clone.
//!
//! Never made from a token that was not verified, and never shows a value in Debug.

use std::fmt;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::algorithm::Algorithm;
use crate::members::Members;
use crate::pointer;
use crate::weight;

/// The claims of a verified token. Clones share one copy.
#[derive(Clone)]
pub struct Claims(Arc<Shared>);

/// The registered claims by type, the whole object, and what verified it: one piece of memory for all who ask.
struct Shared {
    registered: Registered,
    all: Members,
    proof: Proof,
    /// What all of it takes that no other token shares.
    bytes: usize,
}

/// The key that verified a token.
pub(crate) struct Proof {
    /// The key's own name, where it has one.
    pub key_id: Option<Box<str>>,
    pub algorithm: Algorithm,
}

/// The registered claims that the strict rules have read out of the payload.
pub(crate) struct Registered {
    pub subject: Box<str>,
    /// the profile's own, shared by all its tokens
    pub issuer: Arc<str>,
    pub expires_at: u64,
    pub issued_at: Option<u64>,
    pub not_before: Option<u64>,
}

impl Claims {
    /// Only the pipeline makes claims, and only after the signature and every rule.
    pub(crate) fn new(registered: Registered, all: Map<String, Value>, proof: Proof) -> Self {
        let all = Members::of(all);
        let texts = [Some(&registered.subject), proof.key_id.as_ref()];
        let texts: usize = texts.into_iter().flatten().map(|text| weight::allocated(text.len())).sum();
        let bytes = weight::shared::<Shared>() + texts + all.bytes();
        Self(Arc::new(Shared { registered, all, proof, bytes }))
    }

    /// A claim by its top-level name, or by an RFC 6901 pointer when it starts with `/`.
    pub fn get(&self, name_or_pointer: &str) -> Option<&Value> {
        pointer::find(&self.0.all, name_or_pointer)
    }

    /// `sub`: who the token is about. Never empty.
    pub fn subject(&self) -> &str {
        &self.0.registered.subject
    }

    /// `iss`: exactly the profile's issuer.
    pub fn issuer(&self) -> &str {
        &self.0.registered.issuer
    }

    /// `exp`, in seconds since 1970-01-01 UTC.
    pub fn expires_at(&self) -> u64 {
        self.0.registered.expires_at
    }

    /// `iat`, in seconds since 1970-01-01 UTC.
    pub fn issued_at(&self) -> Option<u64> {
        self.0.registered.issued_at
    }

    /// The registered claims by type.
    pub(crate) fn registered(&self) -> &Registered {
        &self.0.registered
    }

    /// What verified the token.
    pub(crate) fn proof(&self) -> &Proof {
        &self.0.proof
    }

    /// `jti` (RFC 7519 section 4.1.7).
    pub fn token_id(&self) -> Option<&str> {
        self.text("jti")
    }

    /// `sid`: the session at the issuer.
    pub fn session_id(&self) -> Option<&str> {
        self.text("sid")
    }

    /// Whether this scope is held by `scope`, a text (RFC 8693 section 4.2, space-separated), or by `scp`, a list (Okta) or
    /// such a text (Entra).
    pub fn has_scope(&self, scope: &str) -> bool {
        if scope.is_empty() {
            return false;
        }
        let in_text = |name| self.text(name).is_some_and(|held| held.split(' ').any(|one| one == scope));
        let in_list = match self.get("scp") {
            Some(Value::Array(held)) => held.iter().any(|one| one.as_str() == Some(scope)),
            _ => false,
        };
        in_text("scope") || in_text("scp") || in_list
    }

    /// All claims, as one JSON object.
    pub fn to_json(&self) -> Value {
        Value::Object(self.0.all.iter().map(|(name, value)| (name.to_owned(), value.clone())).collect())
    }

    /// Has the processor fetch the claims; see [`Members::fetch`].
    pub(crate) fn fetch(&self) {
        self.0.all.fetch();
    }

    /// Roughly how many bytes of heap these claims alone hold: see [`weight::of`].
    pub(crate) fn bytes(&self) -> usize {
        self.0.bytes
    }

    /// Claims out of thin air, for this crate's own tests.
    #[cfg(test)]
    pub(crate) fn new_for_test(all: Value) -> Self {
        let Value::Object(all) = all else { panic!("claims are an object") };
        let issued_at = all.get("iat").and_then(Value::as_u64);
        let subject = all.get("sub").and_then(Value::as_str).unwrap_or("test").into();
        let registered =
            Registered { subject, issuer: "test".into(), expires_at: u64::MAX, issued_at, not_before: None };
        Self::new(registered, all, Proof { key_id: Some("k1".into()), algorithm: Algorithm::Es256 })
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.0.all.get(name).and_then(Value::as_str)
    }
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
    fn scp_is_a_list_or_a_text_and_scope_only_a_text() {
        assert!(Claims::new_for_test(json!({"scp": ["a", "b"]})).has_scope("b"));
        assert!(Claims::new_for_test(json!({"scp": "a b"})).has_scope("b"));
        assert!(!Claims::new_for_test(json!({"scp": "a b"})).has_scope("a b"));
        assert!(!Claims::new_for_test(json!({"scope": ["a"]})).has_scope("a"));
    }

    #[test]
    fn debug_shows_no_value() {
        let shown = format!("{:?}", Claims::new_for_test(json!({"email": "alice@example.com"})));
        assert!(!shown.contains("alice") && !shown.contains("email"), "{shown}");
    }
}
