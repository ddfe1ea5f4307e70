//! The policy against the mock: never a real token, for claims come verified.
use witgate_plugin::{Authorizer, Decision, mock};

use super::TenantIsolation;

#[test]
fn a_wrong_config_names_its_key() {
    let with = |extra: &str| format!(r#"{{"resource": {{"path": "tenant"}}{extra}}}"#);
    let resource = |resource: &str| format!(r#"{{"resource": {resource}}}"#);
    let cases = [
        ("{}".into(), "missing field `resource`"),
        (resource(r#"{"query": "tenant"}"#), "resource: unknown variant `query`, expected one of"),
        (resource(r#"{"path": ""}"#), "resource.path: must not be empty"),
        (resource(r#"{"attribute": ""}"#), "resource.attribute: must not be empty"),
        (resource(r#"{"header": "x-forwarded-host"}"#), "resource.header: `x-forwarded-host` is taken off"),
        (resource(r#"{"header": "x_tenant"}"#), "resource.header: `x_tenant` is taken off"),
        (resource(r#"{"host": "api.example.com"}"#), "resource.host: `api.example.com` must have `{tenant}`"),
        (with(r#", "claim": """#), "claim: must not be empty"),
        (with(r#", "claims": "a""#), "claims: unknown field"),
        (with(r#", "pass": "deny""#), "pass: unknown variant `deny`"),
        (with(r#", "cross": {"scope": "a b"}"#), "cross.scope: one scope"),
        (with(r#", "cross": {"claim": {"name": "", "contains": "a"}}"#), "cross.claim.name: must not be empty"),
        (with(r#", "cross": {"claim": {"name": "roles"}}"#), "cross.claim: missing field `contains`"),
        (with(r#", "cross": {"role": "admin"}"#), "cross: unknown variant `role`"),
    ];
    for (config, expected) in cases {
        let why = mock::configure::<TenantIsolation>(&config).unwrap_err();
        assert!(why.starts_with(expected), "{config}:\n  {why}\n  {expected}");
    }
}

/// Every pair of sides, so that no combination is an accident.
#[test]
fn only_equal_texts_meet() {
    let policy: TenantIsolation = mock::configure(r#"{"resource": {"header": "x-tenant"}}"#).unwrap();
    let names = ["acme", "Acme", "acme ", "7", "true", "", "null", "größe"];
    for claim in names {
        for named in names {
            let request = mock::request("GET", "/").claim("tenant", claim).header("x-tenant", named);
            let abstains = request.run(|| policy.authorize()) == Decision::Abstain;
            assert_eq!(abstains, claim == named && !claim.is_empty(), "{claim:?} {named:?}");
        }
    }
    for claim in [serde_json::json!(7), serde_json::json!(true), serde_json::json!({"acme": "acme"})] {
        let request = mock::request("GET", "/").claim("tenant", claim.clone()).header("x-tenant", claim.to_string());
        assert!(matches!(request.run(|| policy.authorize()), Decision::Deny(_)), "{claim}");
    }
}

#[test]
fn the_cases_hold() {
    mock::cases::check(include_str!("../cases.toml"), mock::cases::authorizer::<TenantIsolation>);
}
