//! Issuers under the tests' control: each serves its key set and signs whatever a test asks for. Never weaker than a
//! real one where a test does not say so: each forged token differs from a good one in one thing.

mod key;

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

pub use key::SigningKey;

use crate::configs::AUDIENCE;
use crate::document::Document;

/// The issuer in the tokens of [`Mint::serve`].
pub const ISSUER: &str = "https://mint.witgate.test";

/// Seconds that a good token lives.
const LIFETIME_SECONDS: u64 = 600;

/// An issuer; its key set is served until it is dropped.
pub struct Mint {
    issuer: String,
    keys: Vec<SigningKey>,
    key_set: Document,
}

impl Mint {
    /// Makes an ES256 key and serves the key set on loopback.
    pub async fn serve() -> Mint {
        Mint::with_keys(ISSUER, vec![SigningKey::es256()]).await
    }

    /// Another issuer. The first key signs; every mint calls its first key the same.
    pub async fn with_keys(issuer: &str, keys: Vec<SigningKey>) -> Mint {
        let key_set = Document::serve(jwks(&keys)).await;
        Mint { issuer: issuer.to_owned(), keys, key_set }
    }

    /// Where the key set is.
    pub fn jwks_url(&self) -> &str {
        self.key_set.url()
    }

    /// The `iss` of its tokens.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The key that signs.
    pub fn key(&self) -> &SigningKey {
        &self.keys[0]
    }

    /// The header of a good token.
    pub fn header(&self) -> Value {
        json!({"alg": self.key().algorithm(), "typ": "at+jwt", "kid": key_id(0)})
    }

    /// The good header with one member changed; `null` removes it.
    pub fn header_with(&self, name: &str, value: Value) -> Value {
        changed(self.header(), name, value)
    }

    /// The claims of a good access token of a customer.
    pub fn claims(&self) -> Value {
        let now = now();
        json!({
            "iss": self.issuer, "aud": AUDIENCE, "sub": "user-of-the-mint", "client_id": "tests",
            "jti": format!("jti-{now}"), "iat": now, "exp": now + LIFETIME_SECONDS, "sid": "session-of-the-mint",
            "tenant": "acme", "preferred_username": "minted", "roles": ["customer"],
            "scope": "catalogue:read orders:read orders:write",
        })
    }

    /// The good claims with one member changed; `null` removes it.
    pub fn claims_with(&self, name: &str, value: Value) -> Value {
        changed(self.claims(), name, value)
    }

    /// Signs with the served key.
    pub fn sign(&self, claims: &Value) -> String {
        self.issue(self.header().to_string(), claims.to_string())
    }

    /// Signs any bytes as header and payload with the served key.
    pub fn issue(&self, header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>) -> String {
        self.seal(&format!("{}.{}", part(header), part(payload)))
    }

    /// Adds the served key's signature to what stands before the second dot, whatever that is.
    pub fn seal(&self, signed: &str) -> String {
        format!("{signed}.{}", part(self.key().sign(signed.as_bytes())))
    }

    /// Signs with a key that nobody serves, under the served key's name.
    pub fn forge(&self, claims: &Value) -> String {
        let signed = format!("{}.{}", part(self.header().to_string()), part(claims.to_string()));
        format!("{signed}.{}", part(self.key().another().sign(signed.as_bytes())))
    }
}

/// The public halves of the keys.
fn jwks(keys: &[SigningKey]) -> String {
    let keys: Vec<_> = keys.iter().enumerate().map(|(index, key)| key.jwk(&key_id(index))).collect();
    json!({ "keys": keys }).to_string()
}

/// Seconds since 1970.
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock after 1970").as_secs()
}

/// One part of a token (RFC 7515 section 2).
pub fn part(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What every mint calls its keys, from 0.
pub fn key_id(index: usize) -> String {
    format!("mint-key-{}", index + 1)
}

fn changed(mut object: Value, name: &str, value: Value) -> Value {
    let members = object.as_object_mut().expect("an object");
    match value {
        Value::Null => members.remove(name),
        value => members.insert(name.to_owned(), value),
    };
    object
}
