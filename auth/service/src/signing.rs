//! The signing key: made once, kept by the store, used to sign access tokens and published as a JWK without its private
//! part. Never prints the key, and never signs with a key whose name (kid) is not its own RFC 7638 thumbprint.

use std::fmt;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use jsonwebtoken::jwk::{Jwk, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Serialize;
use thiserror::Error;
use zeroize::Zeroizing;

/// The JOSE name of the algorithm that this service signs with.
pub const ALGORITHM: &str = "ES256";
/// The `typ` of an access token (RFC 9068 section 2.1).
const ACCESS_TOKEN_TYPE: &str = "at+jwt";

/// A signing key cannot be made, read or used.
#[derive(Debug, Error)]
pub enum SigningError {
    /// The system could not make a key.
    #[error("the system could not make a signing key")]
    Generate,
    /// The stored bytes are no P-256 key in PKCS#8.
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

/// A key pair ready to sign.
#[derive(Clone)]
pub struct SigningKey {
    kid: String,
    private: EncodingKey,
    public: Jwk,
}

impl SigningKey {
    /// A new P-256 key: its kid and its PKCS#8 DER, for the store.
    pub fn generate() -> Result<(String, Zeroizing<Vec<u8>>), SigningError> {
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
            .map_err(|_| SigningError::Generate)?;
        let der = Zeroizing::new(document.as_ref().to_vec());
        let kid = public_part(&der).and_then(|jwk| thumbprint(&jwk)).ok_or(SigningError::Generate)?;
        Ok((kid, der))
    }

    /// Reads a stored key and checks that it is the one its name says.
    pub fn from_pkcs8(kid: &str, der: &[u8]) -> Result<SigningKey, SigningError> {
        let mut public = public_part(der).ok_or_else(|| SigningError::Unreadable { kid: kid.to_owned() })?;
        if thumbprint(&public).as_deref() != Some(kid) {
            return Err(SigningError::WrongName { kid: kid.to_owned() });
        }
        public.common.key_id = Some(kid.to_owned());
        public.common.public_key_use = Some(PublicKeyUse::Signature);
        Ok(SigningKey { kid: kid.to_owned(), private: EncodingKey::from_ec_der(der), public })
    }

    /// Signs an access token: typ `at+jwt`, alg ES256, this key's kid.
    pub fn sign(&self, claims: &impl Serialize) -> Result<String, SigningError> {
        let mut header = Header::new(Algorithm::ES256);
        header.typ = Some(ACCESS_TOKEN_TYPE.to_owned());
        header.kid = Some(self.kid.clone());
        jsonwebtoken::encode(&header, claims, &self.private).map_err(|cause| SigningError::Sign(cause.to_string()))
    }

    /// The key's name: the RFC 7638 SHA-256 thumbprint of its public part, base64url.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The public part (RFC 7517) with `kid`, `alg` and `use`.
    pub fn public_jwk(&self) -> &Jwk {
        &self.public
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("kid", &self.kid).finish_non_exhaustive()
    }
}

/// `None` when the bytes are no P-256 key. aws-lc-rs reads them first: it checks the point and the curve.
fn public_part(der: &[u8]) -> Option<Jwk> {
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der).ok()?;
    Jwk::from_encoding_key(&EncodingKey::from_ec_der(der), Algorithm::ES256).ok()
}

fn thumbprint(jwk: &Jwk) -> Option<String> {
    jwk.thumbprint(ThumbprintHash::SHA256).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use sha2::{Digest, Sha256};

    #[test]
    fn the_kid_is_the_rfc_7638_thumbprint() {
        let (kid, der) = SigningKey::generate().unwrap();
        let jwk = serde_json::to_value(SigningKey::from_pkcs8(&kid, &der).unwrap().public_jwk()).unwrap();
        let members = format!(r#"{{"crv":"P-256","kty":"EC","x":{},"y":{}}}"#, jwk["x"], jwk["y"]);
        assert_eq!(kid, URL_SAFE_NO_PAD.encode(Sha256::digest(members)));
    }

    #[test]
    fn the_published_key_has_no_private_part() {
        let (kid, der) = SigningKey::generate().unwrap();
        let jwk = serde_json::to_value(SigningKey::from_pkcs8(&kid, &der).unwrap().public_jwk()).unwrap();
        let mut members: Vec<&str> = jwk.as_object().unwrap().keys().map(String::as_str).collect();
        members.sort_unstable();
        assert_eq!(members, ["alg", "crv", "kid", "kty", "use", "x", "y"]);
        assert_eq!((jwk["alg"].as_str(), jwk["use"].as_str()), (Some("ES256"), Some("sig")));
    }

    #[test]
    fn a_key_under_another_name_or_damaged_is_refused() {
        let (kid, mut der) = SigningKey::generate().unwrap();
        assert!(matches!(SigningKey::from_pkcs8("other", &der), Err(SigningError::WrongName { .. })));
        der.truncate(40);
        assert!(matches!(SigningKey::from_pkcs8(&kid, &der), Err(SigningError::Unreadable { .. })));
    }

    #[test]
    fn debug_shows_the_name_only() {
        let (kid, der) = SigningKey::generate().unwrap();
        let shown = format!("{:?}", SigningKey::from_pkcs8(&kid, &der).unwrap());
        assert_eq!(shown, format!("SigningKey {{ kid: {kid:?}, .. }}"));
    }
}
