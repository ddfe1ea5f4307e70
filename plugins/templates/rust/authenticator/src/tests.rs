//! The policy against a mock of the gateway, without WebAssembly and without a signature: those are the gateway's.

use witgate_plugin::mock::{self, Request};
use witgate_plugin::serde_json::json;
use witgate_plugin::{Authenticator, Failure, Outcome};

use super::{{type}} as Policy;

const ISSUER: &str = "https://issuer.test";

fn answer(request: &Request) -> Outcome {
    let policy: Policy = mock::configure(r#"{"claim": "tenant"}"#).unwrap();
    request.run(|| policy.authenticate())
}

fn signed() -> Request {
    let claims = json!({"iss": ISSUER, "sub": "alice", "tenant": "acme"});
    mock::request("GET", "/orders")
        .issuer("main", ISSUER)
        .token(json!({"alg": "ES256"}), claims)
}

fn code(request: &Request) -> String {
    match answer(request) {
        Outcome::Refused(refusal) => refusal.code,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

#[test]
fn a_good_token_leaves_its_claim() {
    assert_eq!(
        answer(&signed()),
        Outcome::authenticated([("tenant", "acme")])
    );
}

#[test]
fn the_caller_cannot_tell_one_bad_token_from_another() {
    for failure in [Failure::Signature, Failure::Expired, Failure::Revoked] {
        assert_eq!(code(&signed().token_fails(failure)), "token_invalid");
    }
    assert_eq!(
        code(&signed().token_fails(Failure::KeysUnavailable)),
        "keys_unavailable"
    );
}

#[test]
fn a_wrong_config_names_its_key() {
    let why = |config| mock::configure::<Policy>(config).unwrap_err();
    assert!(why(r#"{"claim": ""}"#).starts_with("claim: must not be empty"));
    assert!(why(r#"{"claim": "tenant", "claims": 1}"#).starts_with("claims: unknown field"));
}

#[test]
fn the_cases_hold() {
    mock::cases::check(
        include_str!("../cases.toml"),
        mock::cases::authenticator::<Policy>,
    );
}
