//! The policy against the mock: never a real signature, for the gateway owns those.
use serde_json::{Value, json};
use witgate_plugin::mock::{self, Request};
use witgate_plugin::{Authenticator, Failure, Outcome, Refusal};

use super::JwtPolicy;

mod properties;

const ISSUER: &str = "https://issuer.test";

fn claims() -> Value {
    json!({"iss": ISSUER, "sub": "alice", "aud": "witgate", "exp": 2000, "iat": 1000, "tenant": "acme", "level": 3,
        "roles": ["staff"], "org": {"plan": "gold"}})
}

fn signed() -> Request {
    mock::request("GET", "/").issuer("main", ISSUER).now(1010).token(json!({"alg": "ES256"}), claims())
}

fn answer(config: &str, request: &Request) -> Outcome {
    let policy: JwtPolicy = mock::configure(config).unwrap();
    request.run(|| policy.authenticate())
}

fn refusal(config: &str, request: &Request) -> (u16, String) {
    match answer(config, request) {
        Outcome::Refused(refusal) => (refusal.status, refusal.code),
        other => panic!("expected a refusal, got {other:?}"),
    }
}

#[test]
fn a_good_token_authenticates_and_maps_claims() {
    let config = r#"{"attributes": {"tenant": "tenant", "plan": "/org/plan", "level": "level", "gone": "no"}}"#;
    let expected = [("level", "3"), ("plan", "gold"), ("tenant", "acme")];
    let expected = expected.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    assert_eq!(answer(config, &signed()), Outcome::Authenticated(expected));
}

#[test]
fn a_list_makes_no_attribute_and_is_logged() {
    let config = r#"{"attributes": {"roles": "roles", "org": "org"}}"#;
    assert_eq!(answer(config, &signed()), Outcome::Authenticated(Vec::new()));
    let named: Vec<_> = mock::logs().iter().filter_map(|event| event.field("claim").map(str::to_owned)).collect();
    assert_eq!(named, ["org", "roles"]);
}

const BAD: [Failure; 12] = [
    Failure::Malformed,
    Failure::UnknownIssuer,
    Failure::UnknownKey,
    Failure::Algorithm,
    Failure::Signature,
    Failure::Expired,
    Failure::NotYetValid,
    Failure::Issuer,
    Failure::Audience,
    Failure::Claim,
    Failure::Revoked,
    Failure::Other,
];

#[test]
fn the_caller_cannot_tell_one_bad_token_from_another() {
    let invalid = Refusal::unauthorized("token_invalid", "The access token is not valid for this service.");
    for failure in BAD {
        assert_eq!(answer("{}", &signed().token_fails(failure)), Outcome::Refused(invalid.clone()), "{failure:?}");
        let unreadable = mock::request("GET", "/").issuer("main", ISSUER).unreadable_token(failure);
        assert_eq!(answer("{}", &unreadable), Outcome::Refused(invalid.clone()), "{failure:?} at the first look");
    }
    let stranger = mock::request("GET", "/").token(json!({"alg": "ES256"}), claims());
    assert_eq!(answer("{}", &stranger), Outcome::Refused(invalid.clone()), "an issuer that nobody configured");
    assert_eq!(answer(r#"{"profiles": ["partner"]}"#, &signed()), Outcome::Refused(invalid), "one that is not listed");
}

#[test]
fn keys_that_cannot_be_had_are_not_the_callers_fault() {
    let dark = signed().token_fails(Failure::KeysUnavailable);
    assert_eq!(refusal("{}", &dark), (503, "keys_unavailable".into()));
}

#[test]
fn optional_lets_an_absent_token_pass_and_nothing_else() {
    let absent = mock::request("GET", "/").issuer("main", ISSUER);
    assert_eq!(refusal("{}", &absent), (401, "token_missing".into()));
    assert_eq!(answer(r#"{"optional": true}"#, &absent), Outcome::Anonymous);
    let unreadable = absent.unreadable_token(Failure::Malformed);
    assert_eq!(refusal(r#"{"optional": true}"#, &unreadable), (401, "token_invalid".into()));
    let bad = signed().token_fails(Failure::Signature);
    assert_eq!(refusal(r#"{"optional": true}"#, &bad), (401, "token_invalid".into()));
}

#[test]
fn only_known_and_listed_profiles_are_accepted() {
    let stranger = mock::request("GET", "/").token(json!({"alg": "ES256"}), claims());
    assert_eq!(refusal("{}", &stranger), (401, "token_invalid".into()));
    assert_eq!(refusal(r#"{"profiles": ["partner"]}"#, &signed()), (401, "token_invalid".into()));
    assert!(matches!(answer(r#"{"profiles": ["partner", "main"]}"#, &signed()), Outcome::Authenticated(_)));
}

#[test]
fn demands_narrow_what_the_profile_allows() {
    for unmet in
        [r#"{"audiences": ["other"]}"#, r#"{"algorithms": ["RS256"]}"#, r#"{"required-claims": ["/org/seat"]}"#]
    {
        assert_eq!(refusal(unmet, &signed()), (401, "token_invalid".into()), "{unmet}");
    }
    let met = r#"{"audiences": ["witgate"], "algorithms": ["ES256"], "required-claims": ["/org/plan"], "max-age-seconds": 10}"#;
    assert!(matches!(answer(met, &signed()), Outcome::Authenticated(_)));
}

#[test]
fn the_maximum_age_has_the_profiles_leeway() {
    let config = r#"{"max-age-seconds": 10}"#;
    let at = |now: u64| signed().now(now);
    assert!(matches!(answer(config, &at(1040)), Outcome::Authenticated(_)), "10 seconds and 30 of leeway");
    assert_eq!(refusal(config, &at(1041)), (401, "token_invalid".into()));
    assert_eq!(refusal(config, &at(1011).leeway(0)), (401, "token_invalid".into()));
}

#[test]
fn ed25519_is_demanded_by_either_name() {
    let signed = signed().token(json!({"alg": "EdDSA"}), claims());
    assert!(matches!(answer(r#"{"algorithms": ["Ed25519"]}"#, &signed), Outcome::Authenticated(_)));
}

#[test]
fn more_attributes_than_a_request_carries_are_refused_at_load() {
    let config = |count: usize| {
        let attributes: serde_json::Map<_, _> = (0..count).map(|n| (format!("a{n}"), json!("tenant"))).collect();
        json!({"attributes": attributes}).to_string()
    };
    assert!(matches!(answer(&config(64), &signed()), Outcome::Authenticated(_)));
    let error = mock::configure::<JwtPolicy>(&config(65)).unwrap_err();
    assert_eq!(error, "attributes: 65 of them; 64 are allowed");
}

#[test]
fn a_wrong_config_names_its_key() {
    let cases = [
        (r#"{"profile": "main"}"#, "profile: unknown field `profile`"),
        (r#"{"profiles": []}"#, "profiles: an empty list accepts no token"),
        (r#"{"max-age-seconds": 0}"#, "max-age-seconds: 0 accepts no token"),
        (r#"{"max-age-seconds": -1}"#, "max-age-seconds: invalid value"),
        (r#"{"algorithms": ["ES256", "none"]}"#, "algorithms[1]: `none` is not allowed"),
        (r#"{"algorithms": ["HS256"]}"#, "algorithms[0]: `HS256` is not allowed"),
        (r#"{"required-claims": [""]}"#, "required-claims[0]: must not be empty"),
        (r#"{"attributes": {"tenant": ""}}"#, "attributes.tenant: attribute and claim need a name"),
        (r#"{"attributes": {"tenant": 1}}"#, "attributes.tenant: invalid type"),
    ];
    for (config, expected) in cases {
        let error = mock::configure::<JwtPolicy>(config).unwrap_err();
        assert!(error.starts_with(expected), "{config}: {error}");
    }
}

#[test]
fn the_cases_hold() {
    mock::cases::check(include_str!("../cases.toml"), mock::cases::authenticator::<JwtPolicy>);
}
