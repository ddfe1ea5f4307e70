//! The keys of one issuer: a JWKS document (RFC 7517 section 5), or the one PEM key or secret that the operator gave.
//!
//! Never holds two keys for one (kid, algorithm), never a key for two algorithms, and never a secret beside another key.

use std::fmt;

use serde_json::Value;

use crate::algorithm::Algorithm;
use crate::disguise;
use crate::jwk;
use crate::key::{Key, KeyName, Material};
use crate::key_fault::KeyFault;
use crate::pem;
use crate::refusal::Refusal;
use crate::strict_json;

/// Longest JWKS document that is read, in bytes.
pub const MAX_JWKS_BYTES: usize = 512 * 1024;
/// Most keys that a JWKS document may list.
pub const MAX_KEYS: usize = 100;

/// The usable keys of one issuer.
#[derive(Clone, Default)]
pub struct KeySet {
    keys: Vec<Key>,
}

/// A JWK that was left out, and why. The rest of the set lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DroppedKey {
    /// Its place in the `keys` array, from 0.
    pub index: usize,
    /// Its `kid`, where it has one that is a string.
    pub kid: Option<String>,
    /// What is wrong with it.
    pub fault: KeyFault,
}

/// The document as a whole cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeySetError {
    /// Longer than [`MAX_JWKS_BYTES`].
    #[error("the JWKS document is longer than 524288 bytes")]
    TooLarge,
    /// No JSON object with unique names at every depth.
    #[error("the JWKS document is no JSON object with unique names")]
    Json,
    /// The `keys` member is absent or no array.
    #[error("the JWKS document has no 'keys' array")]
    NoKeys,
    /// More than [`MAX_KEYS`] keys.
    #[error("the JWKS document lists more than 100 keys")]
    TooManyKeys,
}

impl KeySet {
    /// Reads a JWKS document. Each JWK is judged alone: a bad one is dropped with its reason.
    ///
    /// Of two keys with the same `kid` and algorithm neither is kept: nobody can say which one is meant.
    ///
    /// # Errors
    /// When the document as a whole cannot be read.
    pub fn from_jwks(bytes: &[u8]) -> Result<(Self, Vec<DroppedKey>), KeySetError> {
        let listed = listed_keys(bytes)?;
        let mut dropped = Vec::new();
        let mut kept = Vec::new();
        for (index, jwk) in listed.iter().enumerate() {
            match jwk::read(jwk) {
                Ok(key) => kept.push((index, key)),
                Err(fault) => dropped.push(DroppedKey { index, kid: kid_of(jwk), fault }),
            }
        }
        let keys = without_duplicates(kept, &mut dropped);
        dropped.sort_by_key(|one| one.index);
        Ok((Self { keys }, dropped))
    }

    /// The set of the one public key in a PEM file: a single `BEGIN PUBLIC KEY` block (RFC 7468 section 13).
    ///
    /// Without a `kid` the key answers to every token of its algorithm, whatever `kid` it names: the operator gave one
    /// key, so no other can be meant. With a `kid` it answers to that one and to tokens that name none.
    ///
    /// # Errors
    /// No such block or several, a private key, a certificate, a key of another kind than the algorithm, and every
    /// fault of the material that a JWK could have too.
    pub fn from_pem(bytes: &[u8], algorithm: Algorithm, kid: Option<String>) -> Result<Self, KeyFault> {
        pem::read(bytes, algorithm, given_name(kid)).map(Self::of_one)
    }

    /// The set of the one secret that issuer and verifier share, for HS256, HS384 or HS512 (RFC 7518 section 3.2).
    ///
    /// The only way to a symmetric key. `kid` counts as in [`KeySet::from_pem`]. The secret is copied once, into the
    /// crypto library's key, which wipes it when the last set that shares it is dropped; the caller wipes its own.
    ///
    /// # Errors
    /// An algorithm that is no HMAC, a secret shorter than the hash's output, and a secret that is the text of a key.
    pub fn from_secret(secret: &[u8], algorithm: Algorithm, kid: Option<String>) -> Result<Self, KeyFault> {
        if disguise::is_a_key(secret) {
            return Err(KeyFault::SecretIsKey);
        }
        Key::judged(given_name(kid), algorithm, Material::Secret(secret)).map(Self::of_one)
    }

    fn of_one(key: Key) -> Self {
        Self { keys: vec![key] }
    }

    /// Whether some key answers to this `kid`. With no `kid`: whether there is any key at all.
    pub fn contains(&self, kid: Option<&str>) -> bool {
        match kid {
            Some(kid) => self.keys.iter().any(|key| key.answers_to(kid)),
            None => !self.keys.is_empty(),
        }
    }

    /// How many usable keys there are.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is no usable key.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The one key for this (kid, algorithm). Without a `kid` only where exactly one key has the algorithm.
    pub(crate) fn select(&self, kid: Option<&str>, algorithm: Algorithm) -> Result<&Key, Refusal> {
        let Some(kid) = kid else { return self.only_key_of(algorithm) };
        let mut named = self.keys.iter().filter(|key| key.answers_to(kid)).peekable();
        if named.peek().is_none() {
            return Err(Refusal::UnknownKey);
        }
        named.find(|key| key.algorithm == algorithm).ok_or(Refusal::KeyAlgorithm)
    }

    fn only_key_of(&self, algorithm: Algorithm) -> Result<&Key, Refusal> {
        let mut fitting = self.keys.iter().filter(|key| key.algorithm == algorithm);
        match (fitting.next(), fitting.next()) {
            (Some(only), None) => Ok(only),
            (None, _) => Err(Refusal::UnknownKey),
            (Some(_), Some(_)) => Err(Refusal::KeyAmbiguous),
        }
    }
}

fn listed_keys(bytes: &[u8]) -> Result<Vec<Value>, KeySetError> {
    if bytes.len() > MAX_JWKS_BYTES {
        return Err(KeySetError::TooLarge);
    }
    let mut document = strict_json::object(bytes).map_err(|_| KeySetError::Json)?;
    let Some(Value::Array(listed)) = document.remove("keys") else { return Err(KeySetError::NoKeys) };
    if listed.len() > MAX_KEYS {
        return Err(KeySetError::TooManyKeys);
    }
    Ok(listed)
}

/// At most [`MAX_KEYS`] keys, so comparing each with each is cheap.
fn without_duplicates(kept: Vec<(usize, Key)>, dropped: &mut Vec<DroppedKey>) -> Vec<Key> {
    let names: Vec<_> = kept.iter().map(|(_, key)| (key.name.clone(), key.algorithm)).collect();
    let mut unique = Vec::new();
    for (index, key) in kept {
        let twins = names.iter().filter(|(name, algorithm)| *name == key.name && *algorithm == key.algorithm).count();
        if twins > 1 && key.kid().is_some() {
            dropped.push(DroppedKey { index, kid: key.kid().map(str::to_owned), fault: KeyFault::Duplicate });
        } else {
            unique.push(key);
        }
    }
    unique
}

/// The name of a key that the operator gave.
fn given_name(kid: Option<String>) -> KeyName {
    kid.map_or(KeyName::Any, KeyName::Kid)
}

fn kid_of(jwk: &Value) -> Option<String> {
    jwk.get("kid").and_then(Value::as_str).map(str::to_owned)
}

impl fmt::Debug for KeySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeySet").field("keys", &self.keys.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn ec(kid: impl Into<Value>) -> Value {
        json!({"kty": "EC", "crv": "P-256", "kid": kid.into(),
            "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"})
    }

    fn okp(kid: impl Into<Value>) -> Value {
        json!({"kty": "OKP", "crv": "Ed25519", "kid": kid.into(), "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})
    }

    fn read(keys: &Value) -> (KeySet, Vec<DroppedKey>) {
        KeySet::from_jwks(json!({"keys": keys}).to_string().as_bytes()).expect("a document")
    }

    #[test]
    fn a_bad_key_does_not_take_the_others_along() {
        let (keys, dropped) = read(&json!([ec("a"), ec(1), {"kty": "oct", "k": "AA", "kid": "s"}, 7]));
        assert_eq!(keys.len(), 1);
        assert!(keys.contains(Some("a")) && !keys.contains(Some("s")));
        let faults: Vec<_> = dropped.iter().map(|one| (one.index, one.kid.as_deref(), one.fault)).collect();
        let expected =
            [(1, None, KeyFault::Member("kid")), (2, Some("s"), KeyFault::Kty), (3, None, KeyFault::Member("keys"))];
        assert_eq!(faults, expected);
    }

    #[test]
    fn of_two_keys_with_one_name_neither_is_kept() {
        let (keys, dropped) = read(&json!([ec("a"), okp("b"), ec("a"), okp("a")]));
        assert_eq!(keys.len(), 2);
        assert!(dropped.iter().all(|one| one.fault == KeyFault::Duplicate));
        assert_eq!(dropped.iter().map(|one| one.index).collect::<Vec<_>>(), [0, 2]);
        assert_eq!(keys.select(Some("a"), Algorithm::EdDsa).map(|key| key.algorithm).ok(), Some(Algorithm::EdDsa));
    }

    #[test]
    fn a_key_is_chosen_by_kid_and_algorithm() {
        let (keys, _) = read(&json!([ec("a"), okp("b")]));
        let chosen = |kid, algorithm| keys.select(kid, algorithm).map(|key| key.kid().map(str::to_owned));
        assert_eq!(chosen(Some("a"), Algorithm::Es256), Ok(Some("a".into())));
        assert_eq!(chosen(Some("a"), Algorithm::EdDsa), Err(Refusal::KeyAlgorithm));
        assert_eq!(chosen(Some("c"), Algorithm::Es256), Err(Refusal::UnknownKey));
        assert_eq!(chosen(None, Algorithm::Es256), Ok(Some("a".into())));
        assert_eq!(chosen(None, Algorithm::Rs256), Err(Refusal::UnknownKey));
        let (two, _) = read(&json!([ec("a"), ec("b")]));
        assert_eq!(two.select(None, Algorithm::Es256).err(), Some(Refusal::KeyAmbiguous));
    }

    #[test]
    fn a_bad_document_is_refused_whole() {
        let many = json!({"keys": vec![json!({}); MAX_KEYS + 1]}).to_string();
        let large = format!("{{\"keys\":[],\"x\":\"{}\"}}", "x".repeat(MAX_JWKS_BYTES));
        for (text, error) in [
            ("[]", KeySetError::Json),
            ("<html>", KeySetError::Json),
            (r#"{"keys":[],"keys":[]}"#, KeySetError::Json),
            (r#"{"keys":[{"kty":"EC","kty":"RSA"}]}"#, KeySetError::Json),
            ("{}", KeySetError::NoKeys),
            (r#"{"keys":{}}"#, KeySetError::NoKeys),
            (&many, KeySetError::TooManyKeys),
            (&large, KeySetError::TooLarge),
        ] {
            assert_eq!(KeySet::from_jwks(text.as_bytes()).err(), Some(error));
        }
    }
}
