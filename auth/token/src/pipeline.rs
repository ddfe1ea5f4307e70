//! The whole way of a token, from text to verified claims, in one fixed order.
//!
//! Never returns claims before the signature and every rule has passed.

use serde_json::Value;

use crate::algorithm::Algorithm;
use crate::claim_rules;
use crate::claims::{Claims, Proof};
use crate::compact::{self, Compact};
use crate::demand_rules;
use crate::header::Header;
use crate::key::Key;
use crate::keyset::KeySet;
use crate::kind_rules;
use crate::profile::{Demands, Profile};
use crate::refusal::Refusal;
use crate::strict_json;
use crate::verified::Verified;

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
    let verified = run(token, profile, demands, keys, now_unix)?;
    verified.meets(profile, demands, now_unix)?;
    Ok(verified.into_claims())
}

/// Verifies one token under one profile and the issuer's keys: everything but a policy's demands and revocation.
///
/// The answer may be kept; before each use [`Verified::meets`] judges the time and the demands.
///
/// # Errors
/// The first rule that the token breaks, in the order of the pipeline.
pub fn verify_profile(token: &str, profile: &Profile, keys: &KeySet, now_unix: u64) -> Result<Verified, Refusal> {
    run(token, profile, &Demands::default(), keys, now_unix)
}

/// Of the demands only the algorithms count here: they are known before the costly signature.
fn run(token: &str, profile: &Profile, demands: &Demands, keys: &KeySet, now: u64) -> Result<Verified, Refusal> {
    let parts = Compact::split(token)?;
    let header = Header::read(&parts)?;
    let algorithm = allowed_algorithm(&header, profile, demands)?;
    let kind = kind_rules::judge_header(&header, profile.typ)?;
    let key = signing_key(&parts, &header, algorithm, keys)?;
    let payload = strict_json::object(&compact::decode(parts.payload)?).map_err(|_| Refusal::PayloadJson)?;
    let registered = claim_rules::judge(&payload, profile, kind, now)?;
    let proof = Proof { key_id: key.kid().map(Box::from), algorithm: key.algorithm };
    Ok(Verified::new(Claims::new(registered, payload, proof)))
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
    let allowed = profile.algorithms.contains(&algorithm) && demand_rules::allows(demands, algorithm);
    if allowed { Ok(algorithm) } else { Err(Refusal::AlgorithmNotAllowed) }
}

/// The one key for the (kid, algorithm), after it verified: nothing of the token chooses how to verify.
fn signing_key<'a>(
    parts: &Compact<'_>,
    header: &Header,
    algorithm: Algorithm,
    keys: &'a KeySet,
) -> Result<&'a Key, Refusal> {
    // Decoded here too: the library reads base64url in its own way.
    compact::decode(parts.signature)?;
    let key = keys.select(header.kid.as_deref(), algorithm)?;
    let signed = parts.signed.as_bytes();
    match jsonwebtoken::crypto::verify(parts.signature, signed, &key.verifier, key.algorithm.native()) {
        Ok(true) => Ok(key),
        Ok(false) | Err(_) => Err(Refusal::Signature),
    }
}
