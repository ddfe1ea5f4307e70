//! The whole way of a token, from text to verified claims, in one fixed order.
//!
//! Never returns claims before the signature and every rule has passed.

use serde_json::Value;

use crate::algorithm::Algorithm;
use crate::claim_rules;
use crate::claims::Claims;
use crate::compact::{self, Compact};
use crate::header::Header;
use crate::keyset::KeySet;
use crate::profile::{Demands, Profile, Typing};
use crate::refusal::Refusal;
use crate::strict_json;

/// Verifies one token under one profile, the policy's demands and the issuer's keys.
///
/// `now_unix` is the time in seconds since 1970-01-01 UTC.
///
/// # Errors
/// The first rule that the token breaks, in the order of the pipeline.
pub fn verify(
    token: &str,
    profile: &Profile,
    demands: &Demands,
    keys: &KeySet,
    now_unix: u64,
) -> Result<Claims, Refusal> {
    let parts = Compact::split(token)?;
    let header = Header::read(&parts)?;
    let algorithm = allowed_algorithm(&header, profile, demands)?;
    judge_type(&header, profile.typ)?;
    judge_signature(&parts, &header, algorithm, keys)?;
    let payload = strict_json::object(&compact::decode(parts.payload)?).map_err(|_| Refusal::PayloadJson)?;
    claim_rules::judge(payload, profile, demands, now_unix)
}

/// The `iss` of a token that nobody has verified: for choosing a profile, and for nothing else.
pub fn unverified_issuer(token: &str) -> Option<String> {
    claimed_issuer(token).ok()
}

/// As [`unverified_issuer`], with the reason where there is none. Only form is judged: nothing is verified.
///
/// # Errors
/// Faults of form of the token, its payload or its `iss` (RFC 7519 section 4.1.1).
pub fn claimed_issuer(token: &str) -> Result<String, Refusal> {
    let parts = Compact::split(token)?;
    let payload = strict_json::object(&compact::decode(parts.payload)?).map_err(|_| Refusal::PayloadJson)?;
    match payload.get("iss") {
        None => Err(Refusal::ClaimMissing("iss")),
        Some(Value::String(issuer)) if !issuer.is_empty() => Ok(issuer.clone()),
        Some(_) => Err(Refusal::ClaimInvalid("iss")),
    }
}

fn allowed_algorithm(header: &Header, profile: &Profile, demands: &Demands) -> Result<Algorithm, Refusal> {
    let algorithm = header.alg.parse().map_err(|_| Refusal::AlgorithmNotAllowed)?;
    let demanded = demands.algorithms.is_empty() || demands.algorithms.contains(&algorithm);
    if profile.algorithms.contains(&algorithm) && demanded { Ok(algorithm) } else { Err(Refusal::AlgorithmNotAllowed) }
}

/// Media types compare without regard to case, and `application/` may be left out (RFC 7515 section 4.1.9).
fn judge_type(header: &Header, typing: Typing) -> Result<(), Refusal> {
    let kind = header.typ.as_ref().map(|typ| typ.to_ascii_lowercase());
    let kind = kind.as_deref().map(|typ| typ.strip_prefix("application/").unwrap_or(typ));
    match (kind, typing) {
        (Some("at+jwt"), _) | (Some("jwt") | None, Typing::JwtCompatible) => Ok(()),
        _ => Err(Refusal::Type),
    }
}

/// The one key for the (kid, algorithm), and its algorithm: nothing of the token chooses how to verify.
fn judge_signature(parts: &Compact<'_>, header: &Header, algorithm: Algorithm, keys: &KeySet) -> Result<(), Refusal> {
    // Decoded here too: the library reads base64url in its own way.
    compact::decode(parts.signature)?;
    let key = keys.select(header.kid.as_deref(), algorithm)?;
    let signed = parts.signed.as_bytes();
    match jsonwebtoken::crypto::verify(parts.signature, signed, &key.verifier, key.algorithm.native()) {
        Ok(true) => Ok(()),
        Ok(false) | Err(_) => Err(Refusal::Signature),
    }
}
