//! The signing keys: made once, kept by the store, used to sign tokens, and published as JWKs without their private
//! part. Never prints a key, and never signs with a key whose name (kid) is not its own RFC 7638 thumbprint.

mod algorithm;
mod jwk;
mod pair;

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::Jwk;
use serde::Serialize;
use thiserror::Error;
use zeroize::Zeroizing;

pub use algorithm::{SigningAlgorithm, UnknownAlgorithm};
use pair::Pair;

/// The JOSE name of the default algorithm.
pub const ALGORITHM: &str = SigningAlgorithm::Es256.name();
/// The `typ` of an access token (RFC 9068 section 2.1).
pub const ACCESS_TOKEN_TYPE: &str = "at+jwt";
/// The `typ` of an ID token (RFC 7519 section 5.1). Resource servers that demand `at+jwt` refuse it.
pub const ID_TOKEN_TYPE: &str = "JWT";

/// A signing key cannot be made, read or used.
#[derive(Debug, Error)]
pub enum SigningError {
    /// The system could not make a key.
    #[error("the system could not make a signing key")]
    Generate,
    /// The stored bytes are no key of this algorithm in PKCS#8.
    #[error("the signing key {kid:?} in the database cannot be read: restore the database from a backup")]
    Unreadable {
        /// The name under which it is stored.
        kid: String,
    },
    /// The stored name is not the thumbprint of the stored key.
    #[error("the signing key {kid:?} in the database does not match its name: restore the database from a backup")]
    WrongName {
        /// The name under which it is stored.
        kid: String,
    },
    /// Signing failed.
    #[error("signing failed: {0}")]
    Sign(String),
}

/// A key pair ready to sign. Clones share it.
#[derive(Clone)]
pub struct SigningKey {
    kid: String,
    algorithm: SigningAlgorithm,
    pair: Arc<Pair>,
    public: Jwk,
}

/// The header of a token (RFC 7515 section 4.1).
#[derive(Serialize)]
struct Header<'a> {
    typ: &'a str,
    alg: SigningAlgorithm,
    kid: &'a str,
}

impl SigningKey {
    /// A new key: its kid and its PKCS#8 DER, for the store. An RSA key takes about a second of one core: make it
    /// where blocking is allowed.
    pub fn generate(algorithm: SigningAlgorithm) -> Result<(String, Zeroizing<Vec<u8>>), SigningError> {
        let der = Pair::generate(algorithm).map_err(|_| SigningError::Generate)?;
        let public = Pair::from_pkcs8(algorithm, &der).and_then(|pair| pair.public_jwk());
        let kid = public.and_then(|jwk| jwk.common.key_id).ok_or(SigningError::Generate)?;
        Ok((kid, der))
    }

    /// Reads a stored key and checks that it is the one its name says.
    pub fn from_pkcs8(algorithm: SigningAlgorithm, kid: &str, der: &[u8]) -> Result<SigningKey, SigningError> {
        let unreadable = || SigningError::Unreadable { kid: kid.to_owned() };
        let pair = Pair::from_pkcs8(algorithm, der).ok_or_else(unreadable)?;
        let public = pair.public_jwk().ok_or_else(unreadable)?;
        if public.common.key_id.as_deref() != Some(kid) {
            return Err(SigningError::WrongName { kid: kid.to_owned() });
        }
        Ok(SigningKey { kid: kid.to_owned(), algorithm, pair: Arc::new(pair), public })
    }

    /// Signs claims as a JWT of this type (`at+jwt`, `JWT`) in compact form, with this key's kid. The type is a
    /// constant of the caller, because it keeps one kind of token from passing for another (RFC 8725 section 3.11).
    pub fn sign(&self, typ: &'static str, claims: &impl Serialize) -> Result<String, SigningError> {
        let header = Header { typ, alg: self.algorithm, kid: &self.kid };
        let mut token = part(&header)?;
        token.push('.');
        token.push_str(&part(claims)?);
        let signature = self.pair.sign(token.as_bytes()).map_err(|cause| SigningError::Sign(cause.to_string()))?;
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        Ok(token)
    }

    /// The key's name: the RFC 7638 SHA-256 thumbprint of its public part, base64url.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// What it signs with.
    pub fn algorithm(&self) -> SigningAlgorithm {
        self.algorithm
    }

    /// The public part (RFC 7517) with `kid`, `alg` and `use`.
    pub fn public_jwk(&self) -> &Jwk {
        &self.public
    }
}

fn part(content: &impl Serialize) -> Result<String, SigningError> {
    let json = serde_json::to_vec(content).map_err(|cause| SigningError::Sign(cause.to_string()))?;
    Ok(URL_SAFE_NO_PAD.encode(json))
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("kid", &self.kid).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
