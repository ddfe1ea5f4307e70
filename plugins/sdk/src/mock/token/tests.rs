//! The judgement of a made-up token. Never a real one: `auth/token` has the rules that this follows.
use serde_json::json;

use super::*;

const ISSUER: &str = "https://issuer.test";

fn list(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn token(alg: &str) -> Token {
    let claims = json!({"iss": ISSUER, "aud": ["a", "b"], "sub": "alice", "org": {"plan": null}, "iat": 100});
    Token::new(json!({"alg": alg}), claims)
}

/// The judgement at second 150, with a leeway of 30.
fn judged(token: &Token, demands: &Demands, verdict: Result<(), Failure>) -> Result<(), Failure> {
    let algorithms = algorithm::known(&demands.algorithms).unwrap();
    token.judge(&Judge { issuer: ISSUER, algorithms, demands, verdict, now: 150, leeway: 30 })
}

#[test]
fn demands_narrow() {
    let none = Demands::default();
    let cases = [
        (none.clone(), Ok(())),
        (Demands { algorithms: list(&["RS256"]), ..none.clone() }, Err(Failure::Algorithm)),
        (Demands { algorithms: list(&["RS256", "ES256"]), ..none.clone() }, Ok(())),
        (Demands { audiences: list(&["c"]), ..none.clone() }, Err(Failure::Audience)),
        (Demands { audiences: list(&["c", "b"]), ..none.clone() }, Ok(())),
        (Demands { required_claims: list(&["sub"]), ..none.clone() }, Ok(())),
        (Demands { required_claims: list(&["/org/plan"]), ..none.clone() }, Err(Failure::Claim)),
        (Demands { max_age_seconds: Some(20), ..none.clone() }, Ok(())),
        (Demands { max_age_seconds: Some(19), ..none }, Err(Failure::Expired)),
    ];
    for (demands, expected) in cases {
        assert_eq!(judged(&token("ES256"), &demands, Ok(())), expected, "{demands:?}");
    }
}

#[test]
fn both_names_of_ed25519_are_one_algorithm() {
    for (alg, demanded) in [("EdDSA", "Ed25519"), ("Ed25519", "EdDSA"), ("Ed25519", "Ed25519")] {
        let demands = Demands { algorithms: list(&[demanded]), ..Demands::default() };
        assert_eq!(judged(&token(alg), &demands, Ok(())), Ok(()), "{alg} under {demanded}");
    }
    assert_eq!(judged(&token("HS256"), &Demands::default(), Ok(())), Err(Failure::Algorithm));
}

#[test]
fn an_audience_that_is_none_is_a_fault_of_the_claim() {
    let demands = Demands { audiences: list(&["a"]), ..Demands::default() };
    for aud in [json!(null), json!(7), json!(["a", 7])] {
        let token = Token::new(json!({"alg": "ES256"}), json!({"iss": ISSUER, "aud": aud}));
        assert_eq!(judged(&token, &demands, Ok(())), Err(Failure::Claim), "{aud}");
    }
}

#[test]
fn the_first_broken_rule_in_the_gateways_order_is_told() {
    // Each demand fails; what the user said comes first only where the gateway finds it first.
    let algorithm = Demands { algorithms: list(&["RS256"]), ..Demands::default() };
    let audience = Demands { audiences: list(&["c"]), ..Demands::default() };
    let age = Demands { max_age_seconds: Some(1), required_claims: list(&["none"]), ..Demands::default() };
    let required = Demands { required_claims: list(&["none"]), ..Demands::default() };
    let cases = [
        (&algorithm, Failure::Malformed, Failure::Malformed),
        (&algorithm, Failure::Signature, Failure::Algorithm),
        (&audience, Failure::Signature, Failure::Signature),
        (&audience, Failure::Issuer, Failure::Issuer),
        (&audience, Failure::Expired, Failure::Audience),
        (&age, Failure::NotYetValid, Failure::NotYetValid),
        (&age, Failure::Revoked, Failure::Expired),
        (&required, Failure::Expired, Failure::Expired),
        (&required, Failure::Revoked, Failure::Claim),
    ];
    for (demands, said, expected) in cases {
        assert_eq!(judged(&token("ES256"), demands, Err(said)), Err(expected), "{demands:?} and {said:?}");
    }
}

#[test]
fn no_failure_that_was_said_is_lost() {
    use Failure::*;
    for said in [
        Missing,
        Malformed,
        UnknownIssuer,
        UnknownKey,
        Algorithm,
        Signature,
        Expired,
        NotYetValid,
        Issuer,
        Audience,
        Claim,
        Revoked,
        KeysUnavailable,
        Other,
    ] {
        assert_eq!(judged(&token("ES256"), &Demands::default(), Err(said)), Err(said));
    }
}

#[test]
fn a_header_that_the_gateway_refuses_is_refused() {
    let cases = [
        (json!({}), Failure::Malformed),
        (json!({"alg": 7}), Failure::Malformed),
        (json!({"alg": "None"}), Failure::Algorithm),
        (json!({"alg": "ES256", "kid": ""}), Failure::Malformed),
        (json!({"alg": "ES256", "typ": []}), Failure::Malformed),
        (json!({"alg": "ES256", "jku": "https://evil.test"}), Failure::Malformed),
    ];
    for (header, failure) in cases {
        let token = Token::new(header.clone(), json!({"iss": ISSUER}));
        assert_eq!(token.header, Err(failure), "{header}");
        assert_eq!((judged(&token, &Demands::default(), Ok(())), token.issuer()), (Err(failure), Some(ISSUER)));
    }
}
