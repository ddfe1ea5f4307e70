//! What the host answers on a stage: a case says what is known, so no key, no clock and nobody outside is asked.
//!
//! Never part of a request: only a stage makes one, and a generation's requests always carry the keyring.

use std::collections::BTreeMap;
use std::str::FromStr;

use serde_json::{Map, Value};
use witgate_cases::{Answer, Chance, Line, Moment};
use witgate_token::{Algorithm, Demands, Refusal};

/// What one case says that the host knows, and what the policy said in it.
#[derive(Default)]
pub struct Rehearsed {
    /// profile name to exact issuer
    pub issuers: BTreeMap<String, String>,
    /// what only keys, clocks and feeds could find wrong with the token
    pub wrong: Option<Refusal>,
    /// the time that a maximum age is measured by, in Unix seconds
    pub now: u64,
    /// the profiles' leeway, in seconds
    pub leeway: u64,
    /// what counts as verified: set by the case, or by a `jwt.verify` that succeeds
    pub claims: Option<Value>,
    /// whether `jwt.verify` succeeded last
    pub verified: bool,
    /// why nobody can read the token, where that is so
    pub unreadable: Option<Refusal>,
    /// what a granted clock shows
    pub clock: Moment,
    /// where granted randomness comes from
    pub chance: Chance,
    /// names and values of granted variables
    pub environment: Vec<(String, String)>,
    /// the granted store, as it is now
    pub store: BTreeMap<String, Vec<u8>>,
    /// what granted outbound HTTP comes back with
    pub answers: Vec<Answer>,
    /// what was logged, in its order
    pub log: Vec<Line>,
}

impl Rehearsed {
    /// The profile of the issuer that a token names.
    pub(super) fn profile_of(&self, issuer: &str) -> Option<&str> {
        self.issuers.iter().find(|(_, known)| *known == issuer).map(|(profile, _)| profile.as_str())
    }

    /// A claim by its name, or by an RFC 6901 pointer, as of a real token.
    pub(super) fn claim(&self, name: &str) -> Option<&Value> {
        let claims = self.claims.as_ref()?;
        if name.starts_with('/') { claims.pointer(name) } else { claims.get(name) }
    }

    /// As of a real token: `scope` is a text, `scp` a list or a text.
    pub(super) fn has_scope(&self, scope: &str) -> bool {
        let text = |name| self.claim(name).and_then(Value::as_str);
        let in_text = |name| text(name).is_some_and(|held| held.split(' ').any(|one| one == scope));
        let in_list =
            self.claim("scp").and_then(Value::as_array).is_some_and(|held| held.iter().any(|one| one == scope));
        !scope.is_empty() && (in_text("scope") || in_text("scp") || in_list)
    }

    /// Forgets what an earlier verification found.
    pub(super) fn forget(&mut self) {
        self.claims = None;
        self.verified = false;
    }

    /// Judges a token in the gateway's order, but for what [`Rehearsed::wrong`] says instead.
    pub(crate) fn verify(&mut self, profile: &str, token: &str, demands: &Demands) -> Result<(), Refusal> {
        let issuer = self.issuers.get(profile).ok_or(Refusal::UnknownProfile)?;
        let header = witgate_token::peek(token)?;
        let algorithm = Algorithm::from_str(&header.alg).map_err(|_| Refusal::AlgorithmNotAllowed)?;
        if !demands.algorithms.is_empty() && !demands.algorithms.contains(&algorithm) {
            return Err(Refusal::AlgorithmNotAllowed);
        }
        if witgate_token::claimed_issuer(token)? != *issuer {
            // Another issuer's key set does not hold the key.
            return Err(Refusal::UnknownKey);
        }
        self.wrong.clone().map_or(Ok(()), Err)?;
        let claims = payload(token)?;
        self.check_demands(&claims, demands)?;
        self.claims = Some(Value::Object(claims));
        self.verified = true;
        Ok(())
    }

    fn check_demands(&self, claims: &Map<String, Value>, demands: &Demands) -> Result<(), Refusal> {
        if !demands.audiences.is_empty() && !demands.audiences.iter().any(|wanted| is_for(claims, wanted)) {
            return Err(Refusal::Audience);
        }
        if let Some(age) = demands.max_age_seconds {
            let issued = claims.get("iat").and_then(Value::as_u64).ok_or(Refusal::ClaimMissing("iat"))?;
            if self.now.saturating_sub(issued) > u64::from(age).saturating_add(self.leeway) {
                return Err(Refusal::TooOld);
            }
        }
        let all = Value::Object(claims.clone());
        let held = |name: &str| if name.starts_with('/') { all.pointer(name) } else { all.get(name) };
        let missing = demands.required_claims.iter().find(|name| held(name).is_none_or(Value::is_null));
        missing.map_or(Ok(()), |name| Err(Refusal::RequiredClaim(name.clone())))
    }
}

fn is_for(claims: &Map<String, Value>, wanted: &str) -> bool {
    match claims.get("aud") {
        Some(Value::String(one)) => one == wanted,
        Some(Value::Array(many)) => many.iter().any(|one| one == wanted),
        _ => false,
    }
}

/// The claims of a token whose form was read before.
fn payload(token: &str) -> Result<Map<String, Value>, Refusal> {
    let part = token.split('.').nth(1).ok_or(Refusal::Malformed)?;
    let bytes = super::base64url::decoded(part).ok_or(Refusal::Encoding)?;
    serde_json::from_slice(&bytes).map_err(|_| Refusal::PayloadJson)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::policy::base64url::encoded;

    fn token(claims: &Value) -> String {
        let part = |value: &Value| encoded(value.to_string().as_bytes());
        format!("{}.{}.AAAA", part(&json!({"alg": "ES256"})), part(claims))
    }

    fn host() -> Rehearsed {
        Rehearsed { issuers: BTreeMap::from([("main".into(), "https://id".into())]), now: 1000, ..Rehearsed::default() }
    }

    fn demands() -> Demands {
        Demands { algorithms: vec![], audiences: vec![], required_claims: vec![], max_age_seconds: None }
    }

    #[test]
    fn a_token_is_judged_by_issuer_demands_and_the_cases_word() {
        let good = token(&json!({"iss": "https://id", "sub": "a", "iat": 900, "aud": ["x"]}));
        assert_eq!(host().verify("main", &good, &demands()), Ok(()));
        assert_eq!(host().verify("other", &good, &demands()), Err(Refusal::UnknownProfile));
        let wrong = Rehearsed { wrong: Some(Refusal::Signature), ..host() }.verify("main", &good, &demands());
        assert_eq!(wrong, Err(Refusal::Signature));
        let other = token(&json!({"iss": "https://evil"}));
        assert_eq!(host().verify("main", &other, &demands()), Err(Refusal::UnknownKey));
        let old = Demands { max_age_seconds: Some(99), ..demands() };
        assert_eq!(host().verify("main", &good, &old), Err(Refusal::TooOld));
        let audience = Demands { audiences: vec!["y".into()], ..demands() };
        assert_eq!(host().verify("main", &good, &audience), Err(Refusal::Audience));
        let claim = Demands { required_claims: vec!["/org/plan".into()], ..demands() };
        assert_eq!(host().verify("main", &good, &claim), Err(Refusal::RequiredClaim("/org/plan".into())));
    }
}
