//! The strict rules on the claims of a token whose signature already verified (RFC 7519 section 4.1, RFC 9068 section 4).
//!
//! Never reads a clock: the caller says what time it is.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::claims::Registered;
use crate::demand_rules;
use crate::kind_rules::{self, Kind};
use crate::profile::Profile;
use crate::refusal::Refusal;

/// Latest date that is believed: 9999-12-31T23:59:59Z, in seconds since 1970-01-01 UTC.
const MAX_DATE: u64 = 253_402_300_799;

/// Judges the payload of a token. `now` is in seconds since 1970-01-01 UTC.
pub(crate) fn judge(
    payload: &Map<String, Value>,
    profile: &Profile,
    kind: Kind,
    now: u64,
) -> Result<Registered, Refusal> {
    judge_issuer(payload, profile)?;
    judge_audience(payload, profile)?;
    let subject = filled_text(payload, "sub")?.ok_or(Refusal::ClaimMissing("sub"))?.into();
    for name in ["jti", "sid"] {
        filled_text(payload, name)?;
    }
    let issued_at = date(payload, "iat")?;
    let expires_at = date(payload, "exp")?.ok_or(Refusal::ClaimMissing("exp"))?;
    let not_before = date(payload, "nbf")?;
    judge_times(&Times { issued_at, expires_at, not_before, now }, profile)?;
    kind_rules::judge_claims(payload, kind, profile.typ, issued_at)?;
    Ok(Registered { subject, issuer: Arc::clone(&profile.issuer), expires_at, issued_at, not_before })
}

/// Judges the dates of a token again, at another time. Never allocates.
pub(crate) fn judge_again(claims: &Registered, profile: &Profile, now: u64) -> Result<(), Refusal> {
    let Registered { issued_at, expires_at, not_before, .. } = *claims;
    judge_times(&Times { issued_at, expires_at, not_before, now }, profile)
}

fn judge_issuer(payload: &Map<String, Value>, profile: &Profile) -> Result<(), Refusal> {
    let issuer = filled_text(payload, "iss")?.ok_or(Refusal::ClaimMissing("iss"))?;
    if *issuer == *profile.issuer { Ok(()) } else { Err(Refusal::Issuer) }
}

/// The profile's audiences always count; the policy's come on top, later.
fn judge_audience(payload: &Map<String, Value>, profile: &Profile) -> Result<(), Refusal> {
    let audience = payload.get("aud").ok_or(Refusal::ClaimMissing("aud"))?;
    let is_well_formed = match audience {
        Value::String(_) => true,
        Value::Array(list) => list.iter().all(Value::is_string),
        _ => false,
    };
    if !is_well_formed {
        return Err(Refusal::ClaimInvalid("aud"));
    }
    if demand_rules::names_one_of(audience, &profile.audiences) { Ok(()) } else { Err(Refusal::Audience) }
}

/// The dates of one token and the time of the judgement, in seconds since 1970-01-01 UTC.
struct Times {
    issued_at: Option<u64>,
    expires_at: u64,
    not_before: Option<u64>,
    now: u64,
}

fn judge_times(times: &Times, profile: &Profile) -> Result<(), Refusal> {
    let leeway = profile.leeway_seconds;
    if times.now >= times.expires_at.saturating_add(leeway) {
        return Err(Refusal::Expired);
    }
    let latest_start = times.now.saturating_add(leeway);
    if times.not_before.is_some_and(|not_before| not_before > latest_start) {
        return Err(Refusal::NotYetValid);
    }
    if times.issued_at.is_some_and(|issued_at| issued_at > latest_start) {
        return Err(Refusal::IssuedInFuture);
    }
    judge_lifetime(times, profile)
}

/// Without `iat` the rest of the life from now on is bounded: an immortal token is refused either way.
fn judge_lifetime(times: &Times, profile: &Profile) -> Result<(), Refusal> {
    let start = times.issued_at.unwrap_or_else(|| times.now.saturating_add(profile.leeway_seconds));
    if times.issued_at.is_some_and(|issued_at| issued_at >= times.expires_at) {
        return Err(Refusal::ClaimInvalid("iat"));
    }
    if times.expires_at.saturating_sub(start) > profile.max_lifetime_seconds {
        return Err(Refusal::LifetimeTooLong);
    }
    Ok(())
}

/// A NumericDate that must be a non-negative integer where it is present.
fn date(payload: &Map<String, Value>, name: &'static str) -> Result<Option<u64>, Refusal> {
    match payload.get(name) {
        None => Ok(None),
        Some(value) => match value.as_u64() {
            Some(seconds) if seconds <= MAX_DATE => Ok(Some(seconds)),
            _ => Err(Refusal::ClaimInvalid(name)),
        },
    }
}

/// A claim that must be a string with something in it where it is present.
fn filled_text<'a>(payload: &'a Map<String, Value>, name: &'static str) -> Result<Option<&'a str>, Refusal> {
    match payload.get(name) {
        None => Ok(None),
        Some(Value::String(text)) if !text.is_empty() => Ok(Some(text)),
        Some(_) => Err(Refusal::ClaimInvalid(name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Typing;
    use serde_json::json;

    const NOW: u64 = 1_700_000_000;

    fn profile(typ: Typing) -> Profile {
        Profile {
            name: "main".into(),
            issuer: "https://id.example.com".into(),
            audiences: vec!["api".into(), "other".into()],
            algorithms: vec![],
            typ,
            leeway_seconds: 30,
            max_lifetime_seconds: 3600,
        }
    }

    fn good() -> Value {
        json!({"iss": "https://id.example.com", "aud": "api", "sub": "u1", "iat": NOW - 10, "exp": NOW + 600})
    }

    fn judged(payload: Value, typ: Typing) -> Result<Registered, Refusal> {
        let Value::Object(payload) = payload else { panic!("an object") };
        let kind = if typ == Typing::AccessToken { Kind::AccessToken } else { Kind::Untold };
        judge(&payload, &profile(typ), kind, NOW)
    }

    /// The verdict after one claim was set, or taken away where the value is null.
    fn with(name: &str, value: &Value, typ: Typing) -> Result<(), Refusal> {
        let mut payload = good();
        payload[name] = value.clone();
        if value.is_null() {
            payload.as_object_mut().expect("an object").remove(name);
        }
        judged(payload, typ).map(|_| ())
    }

    #[test]
    fn each_claim_is_judged() {
        let (missing, invalid) = (Refusal::ClaimMissing, Refusal::ClaimInvalid);
        for (name, value, verdict) in [
            ("iss", Value::Null, missing("iss")),
            ("iss", json!(7), invalid("iss")),
            ("iss", json!(["https://id.example.com"]), invalid("iss")),
            ("iss", json!("https://id.example.com/"), Refusal::Issuer),
            ("iss", json!("HTTPS://id.example.com"), Refusal::Issuer),
            ("aud", Value::Null, missing("aud")),
            ("aud", json!({"x": "api"}), invalid("aud")),
            ("aud", json!(["api", 1]), invalid("aud")),
            ("aud", json!([]), Refusal::Audience),
            ("aud", json!(""), Refusal::Audience),
            ("aud", json!("API"), Refusal::Audience),
            ("aud", json!("api other"), Refusal::Audience),
            ("sub", Value::Null, missing("sub")),
            ("sub", json!(""), invalid("sub")),
            ("sub", json!(1), invalid("sub")),
            ("exp", Value::Null, missing("exp")),
            ("exp", json!("1700000600"), invalid("exp")),
            ("exp", json!(1_700_000_600.0), invalid("exp")),
            ("exp", json!(-1), invalid("exp")),
            ("exp", json!(u64::MAX), invalid("exp")),
            ("exp", json!(NOW - 30), Refusal::Expired),
            ("exp", json!(NOW - 10), invalid("iat")),
            ("exp", json!(NOW + 3591), Refusal::LifetimeTooLong),
            ("nbf", json!(NOW + 31), Refusal::NotYetValid),
            ("nbf", json!("now"), invalid("nbf")),
            ("iat", json!(NOW + 31), Refusal::IssuedInFuture),
            ("iat", json!(1.5), invalid("iat")),
            ("iat", Value::Null, missing("iat")),
            ("jti", json!(1), invalid("jti")),
            ("sid", json!(""), invalid("sid")),
        ] {
            assert_eq!(with(name, &value, Typing::AccessToken), Err(verdict), "{name}: {value}");
        }
    }

    #[test]
    fn the_edges_are_inside() {
        for (name, value) in [
            ("aud", json!(["unrelated", "other"])),
            ("exp", json!(NOW + 3590)),
            ("nbf", json!(NOW + 30)),
            ("iat", json!(NOW + 30)),
            ("jti", json!("t1")),
        ] {
            assert_eq!(with(name, &value, Typing::AccessToken), Ok(()), "{name}: {value}");
        }
        let late = json!({"iss": "https://id.example.com", "aud": "api", "sub": "u", "iat": NOW - 99, "exp": NOW - 29});
        assert!(judged(late, Typing::AccessToken).is_ok(), "expired within the leeway");
    }

    #[test]
    fn a_null_claim_is_no_absent_claim() {
        for name in ["iss", "aud", "sub", "exp", "nbf", "iat", "jti", "sid"] {
            let mut payload = good();
            payload[name] = Value::Null;
            let verdict = judged(payload, Typing::JwtCompatible).err();
            assert_eq!(verdict, Some(Refusal::ClaimInvalid(name)), "{name}");
        }
    }

    #[test]
    fn a_token_of_another_kind_is_refused_last() {
        assert_eq!(with("iat", &Value::Null, Typing::JwtCompatible), Ok(()));
        assert_eq!(with("typ", &json!("Refresh"), Typing::JwtCompatible), Err(Refusal::Type));
        assert_eq!(with("typ", &json!("Bearer"), Typing::JwtCompatible), Ok(()));
    }

    #[test]
    fn a_later_judgement_sees_the_same_dates() {
        let mut payload = good();
        payload["nbf"] = json!(NOW - 5);
        let claims = judged(payload, Typing::AccessToken).expect("good");
        let again = |now| judge_again(&claims, &profile(Typing::AccessToken), now).err();
        assert_eq!((again(NOW), again(NOW + 629)), (None, None));
        assert_eq!(again(NOW + 630), Some(Refusal::Expired));
        assert_eq!(again(NOW - 36), Some(Refusal::NotYetValid), "the clock went back");
        let without_nbf = judged(good(), Typing::AccessToken).expect("good");
        let earlier = judge_again(&without_nbf, &profile(Typing::AccessToken), NOW - 41);
        assert_eq!(earlier, Err(Refusal::IssuedInFuture));
    }

    #[test]
    fn without_iat_the_rest_of_the_life_is_bounded() {
        let mut payload = good();
        payload.as_object_mut().expect("an object").remove("iat");
        payload["exp"] = json!(NOW + 3631);
        let verdict = judged(payload, Typing::JwtCompatible).err();
        assert_eq!(verdict, Some(Refusal::LifetimeTooLong));
    }

    #[test]
    fn a_profile_without_audiences_refuses_all() {
        let Value::Object(payload) = good() else { panic!("an object") };
        let nobody = Profile { audiences: vec![], ..profile(Typing::AccessToken) };
        assert_eq!(judge(&payload, &nobody, Kind::AccessToken, NOW).err(), Some(Refusal::Audience));
    }
}
