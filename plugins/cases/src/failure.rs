//! Why a token does not verify, in the words of `jwt.failure` in wit/host.wit.
//!
//! Never more precise than what a policy is told.

use serde::{Deserialize, Serialize};

/// One reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TokenFailure {
    /// no token at the expected place
    Missing,
    /// no well-formed token
    Malformed,
    /// an issuer that is not configured
    UnknownIssuer,
    /// a key that the issuer does not have
    UnknownKey,
    /// an algorithm that is not allowed
    Algorithm,
    /// a signature that does not verify
    Signature,
    /// past its `exp`
    Expired,
    /// before its `nbf`, or issued in the future
    NotYetValid,
    /// another issuer than the profile's
    Issuer,
    /// for somebody else
    Audience,
    /// a claim that is missing or not as it must be
    Claim,
    /// revoked by the issuer
    Revoked,
    /// keys that were never obtained
    KeysUnavailable,
    /// anything else
    Other,
}
