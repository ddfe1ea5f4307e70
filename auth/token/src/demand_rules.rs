//! What a policy demands of a token on top of the profile: algorithms, audiences, age and claims.
//!
//! Never widens, and never allocates on success: it runs on each request, also where the token came out of a cache.

use serde_json::Value;

use crate::algorithm::Algorithm;
use crate::claims::Claims;
use crate::profile::Demands;
use crate::refusal::Refusal;

/// Whether the policy lets this algorithm pass; known from the header alone.
pub(crate) fn allows(demands: &Demands, algorithm: Algorithm) -> bool {
    demands.algorithms.is_empty() || demands.algorithms.contains(&algorithm)
}

/// Judges the claims. `leeway` and `now` are in seconds, the latter since 1970-01-01 UTC.
pub(crate) fn judge(claims: &Claims, demands: &Demands, leeway: u64, now: u64) -> Result<(), Refusal> {
    judge_audience(claims, demands)?;
    judge_age(claims.issued_at(), demands, leeway, now)?;
    judge_required(claims, demands)
}

fn judge_audience(claims: &Claims, demands: &Demands) -> Result<(), Refusal> {
    if demands.audiences.is_empty() {
        return Ok(());
    }
    let audience = claims.get("aud").unwrap_or(&Value::Null);
    if names_one_of(audience, &demands.audiences) { Ok(()) } else { Err(Refusal::Audience) }
}

/// Whether an `aud`, one string or a list, names one of these. An empty name is nobody.
pub(crate) fn names_one_of(audience: &Value, wanted: &[String]) -> bool {
    let is_wanted = |named: &str| !named.is_empty() && wanted.iter().any(|one| one == named);
    match audience {
        Value::String(one) => is_wanted(one),
        Value::Array(list) => list.iter().filter_map(Value::as_str).any(is_wanted),
        _ => false,
    }
}

fn judge_age(issued_at: Option<u64>, demands: &Demands, leeway: u64, now: u64) -> Result<(), Refusal> {
    let Some(max_age) = demands.max_age_seconds else { return Ok(()) };
    let issued_at = issued_at.ok_or(Refusal::ClaimMissing("iat"))?;
    if now.saturating_sub(issued_at) > u64::from(max_age).saturating_add(leeway) {
        return Err(Refusal::TooOld);
    }
    Ok(())
}

fn judge_required(claims: &Claims, demands: &Demands) -> Result<(), Refusal> {
    let lacking = |name: &&String| claims.get(name).is_none_or(Value::is_null);
    match demands.required_claims.iter().find(lacking) {
        Some(name) => Err(Refusal::RequiredClaim(name.clone())),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const NOW: u64 = 1_700_000_000;
    const LEEWAY: u64 = 30;

    fn judged(claims: Value, demands: &Demands) -> Option<Refusal> {
        judge(&Claims::new_for_test(claims), demands, LEEWAY, NOW).err()
    }

    fn good() -> Value {
        json!({"iss": "https://id.example.com", "aud": "api", "sub": "u1", "iat": NOW - 10})
    }

    #[test]
    fn demands_only_narrow() {
        let demanded = |demands: Demands| judged(good(), &demands);
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let audiences = |list: &[&str]| Demands { audiences: names(list), ..Demands::default() };
        let claims = |list: &[&str]| Demands { required_claims: names(list), ..Demands::default() };
        let age = |seconds| Demands { max_age_seconds: Some(seconds), ..Demands::default() };
        assert_eq!(demanded(Demands::default()), None);
        assert_eq!(demanded(audiences(&["other", "api"])), None);
        assert_eq!(demanded(audiences(&["other"])), Some(Refusal::Audience));
        assert_eq!(demanded(claims(&["sub", "/iss"])), None);
        assert_eq!(demanded(claims(&["tenant"])), Some(Refusal::RequiredClaim("tenant".into())));
        assert_eq!(demanded(claims(&["/a/0"])), Some(Refusal::RequiredClaim("/a/0".into())));
        assert_eq!(demanded(age(0)), None, "10 seconds old, 30 seconds of leeway");
        let old = json!({"iat": NOW - 91});
        assert_eq!(judged(old, &age(60)), Some(Refusal::TooOld));
        assert_eq!(judged(json!({"iat": NOW - 90}), &age(60)), None);
        assert_eq!(judged(json!({}), &age(60)), Some(Refusal::ClaimMissing("iat")));
    }

    #[test]
    fn an_audience_is_a_whole_name() {
        let wanted = ["api".to_owned(), String::new()];
        for audience in [json!("api"), json!(["x", "api"])] {
            assert!(names_one_of(&audience, &wanted), "{audience}");
        }
        for audience in
            [json!("API"), json!("api x"), json!(""), json!([]), json!([""]), json!({"api": 1}), Value::Null]
        {
            assert!(!names_one_of(&audience, &wanted), "{audience}");
        }
        assert!(!names_one_of(&json!("api"), &[]));
    }

    #[test]
    fn no_algorithms_are_those_of_the_profile() {
        let only = |algorithm| Demands { algorithms: vec![algorithm], ..Demands::default() };
        assert!(allows(&Demands::default(), Algorithm::Es256));
        assert!(allows(&only(Algorithm::Es256), Algorithm::Es256));
        assert!(!allows(&only(Algorithm::Rs256), Algorithm::Es256));
    }
}
