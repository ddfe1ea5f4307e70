//! Strict verification of JWT access tokens: one implementation for the gateway and for every service.
//!
//! Never does I/O, reads a clock, waits, or logs: the caller brings the keys and the time.
//!
//! The order of the pipeline is fixed: size, characters and dots; header; algorithm; type; key; signature; claims.
//! `README.md` lists every refusal.
//!
//! # Signing a token, for tests
//! This crate only verifies. A test signs with `jsonwebtoken`, which every room has in the workspace:
//! ```
//! # fn example(private_key_pem: &[u8]) -> Result<String, jsonwebtoken::errors::Error> {
//! let mut header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::ES256);
//! header.typ = Some("at+jwt".to_owned());
//! header.kid = Some("the kid in the JWKS".to_owned());
//! let claims = serde_json::json!({
//!     "iss": "http://127.0.0.1:9000", "aud": "witgate", "sub": "user-1", "iat": 1_700_000_000, "exp": 1_700_000_600,
//! });
//! jsonwebtoken::encode(&header, &claims, &jsonwebtoken::EncodingKey::from_ec_pem(private_key_pem)?)
//! # }
//! ```

mod algorithm;
mod refusal;
mod strict_json;
mod compact;
mod header;
mod roca;
mod key_fault;
mod key;
mod der;
mod disguise;
mod pem;
mod jwk;
mod keyset;
mod profile;
mod weight;
mod reserve;
mod shape;
mod repeated;
mod members;
mod pointer;
mod claims;
mod kind_rules;
mod demand_rules;
mod claim_rules;
mod verified;
mod pipeline;
mod revocation;

pub use algorithm::{Algorithm, UnknownAlgorithm};
pub use claims::Claims;
pub use compact::MAX_TOKEN_BYTES;
pub use header::{Header, peek};
pub use key::{MAX_RSA_BITS, MIN_RSA_BITS};
pub use key_fault::KeyFault;
pub use keyset::{DroppedKey, KeySet, KeySetError, MAX_JWKS_BYTES, MAX_KEYS};
pub use pem::MAX_PEM_BYTES;
pub use pipeline::{claimed_issuer, unverified_issuer, verify, verify_profile};
pub use profile::{DEFAULT_LEEWAY_SECONDS, DEFAULT_MAX_LIFETIME_SECONDS, Demands, Profile, Typing};
pub use refusal::{Failure, Refusal};
pub use revocation::{KEPT_SECONDS, MAX_REVOCATION_BYTES, MAX_REVOCATIONS, Revocation, Revocations, RevocationsFull};
pub use verified::Verified;
