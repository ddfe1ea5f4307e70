//! The made-up token, and the gateway's order of judging it.
//!
//! Never checks a signature, a date or a revocation: the mock's user says how those went.
use serde_json::{Map, Value};

use super::algorithm::{self, Algorithm};
use crate::types::{Demands, Failure, JoseHeader};

/// Header members that the gateway refuses, whatever they hold.
const REFUSED_MEMBERS: [&str; 9] = ["crit", "b64", "jku", "x5u", "jwk", "x5c", "cty", "enc", "zip"];

/// A token. The header may be one that the gateway refuses; the claims can be read all the same.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub header: Result<JoseHeader, Failure>,
    pub claims: Map<String, Value>,
}

/// What a token is judged by. `algorithms` are those that the policy demands, `verdict` is what the mock's user said.
pub(super) struct Judge<'a> {
    pub issuer: &'a str,
    pub algorithms: Vec<Algorithm>,
    pub demands: &'a Demands,
    pub verdict: Result<(), Failure>,
    pub now: u64,
    pub leeway: u64,
}

impl Token {
    pub fn new(header: Value, claims: Value) -> Self {
        let Value::Object(header) = header else { panic!("a token's header is a JSON object, not {header}") };
        let Value::Object(claims) = claims else { panic!("a token's claims are a JSON object, not {claims}") };
        Self { header: read(&header), claims }
    }

    pub fn issuer(&self) -> Option<&str> {
        self.claims.get("iss")?.as_str()
    }

    /// The first rule that the token breaks, in the gateway's order: form, algorithm, key, then the claims.
    pub fn judge(&self, judge: &Judge<'_>) -> Result<(), Failure> {
        let header = self.header.as_ref().map_err(|failure| *failure)?;
        judge.said(&[Failure::Missing, Failure::Malformed, Failure::UnknownIssuer])?;
        let known = algorithm::named(&header.alg).ok_or(Failure::Algorithm)?;
        check(judge.algorithms.is_empty() || judge.algorithms.contains(&known), Failure::Algorithm)?;
        judge.said(&[Failure::Algorithm])?;
        // Another issuer's key set does not hold the key.
        check(self.issuer() == Some(judge.issuer), Failure::UnknownKey)?;
        judge.said(&[Failure::UnknownKey, Failure::KeysUnavailable, Failure::Signature])?;
        judge.said(&[Failure::Issuer])?;
        self.is_for(&judge.demands.audiences)?;
        judge.said(&[Failure::Audience])?;
        judge.said(&[Failure::Claim, Failure::Expired, Failure::NotYetValid])?;
        judge.demands.max_age_seconds.map_or(Ok(()), |age| self.is_younger(age, judge))?;
        check(judge.demands.required_claims.iter().all(|name| self.has(name)), Failure::Claim)?;
        judge.verdict
    }

    fn is_for(&self, wanted: &[String]) -> Result<(), Failure> {
        if wanted.is_empty() {
            return Ok(());
        }
        let named = match self.claims.get("aud") {
            Some(Value::String(one)) => Some(vec![one.as_str()]),
            Some(Value::Array(list)) => list.iter().map(Value::as_str).collect(),
            _ => None,
        };
        let named = named.ok_or(Failure::Claim)?;
        let is_named = |name: &String| !name.is_empty() && named.contains(&name.as_str());
        check(wanted.iter().any(is_named), Failure::Audience)
    }

    fn has(&self, name: &str) -> bool {
        let all = Value::Object(self.claims.clone());
        let found = if name.starts_with('/') { all.pointer(name) } else { all.get(name) };
        found.is_some_and(|value| !value.is_null())
    }

    fn is_younger(&self, seconds: u32, judge: &Judge<'_>) -> Result<(), Failure> {
        let issued = self.claims.get("iat").and_then(Value::as_u64).ok_or(Failure::Claim)?;
        let oldest = u64::from(seconds).saturating_add(judge.leeway);
        check(judge.now.saturating_sub(issued) <= oldest, Failure::Expired)
    }
}

impl Judge<'_> {
    /// Fails with what the mock's user said, where that is one of these.
    fn said(&self, failures: &[Failure]) -> Result<(), Failure> {
        self.verdict.or_else(|failure| check(!failures.contains(&failure), failure))
    }
}

fn read(header: &Map<String, Value>) -> Result<JoseHeader, Failure> {
    check(!REFUSED_MEMBERS.iter().any(|name| header.contains_key(*name)), Failure::Malformed)?;
    let alg = text(header, "alg")?.ok_or(Failure::Malformed)?;
    check(!alg.trim().eq_ignore_ascii_case("none"), Failure::Algorithm)?;
    let kid = text(header, "kid")?;
    check(kid.as_deref() != Some(""), Failure::Malformed)?;
    Ok(JoseHeader { alg, kid, typ: text(header, "typ")? })
}

/// A member that must be a string where it is present.
fn text(header: &Map<String, Value>, name: &str) -> Result<Option<String>, Failure> {
    match header.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(Failure::Malformed),
    }
}

fn check(holds: bool, failure: Failure) -> Result<(), Failure> {
    if holds { Ok(()) } else { Err(failure) }
}

#[cfg(test)]
mod tests;
