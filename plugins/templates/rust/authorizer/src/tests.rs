//! The policy against a mock of the gateway, without WebAssembly.

use witgate_plugin::mock::{self, Request};
use witgate_plugin::{Authorizer, Decision};

use super::{{type}} as Policy;

fn decided(config: &str, request: &Request) -> Decision {
    let policy: Policy = mock::configure(config).unwrap();
    request.run(|| policy.authorize())
}

#[test]
fn the_role_lets_in() {
    let staff = mock::request("GET", "/orders/1").claim("roles", ["staff"]);
    assert_eq!(decided(r#"{"role": "staff"}"#, &staff), Decision::Allow);
}

#[test]
fn a_refusal_is_logged_with_the_role() {
    let stranger = mock::request("GET", "/orders/1").claim("roles", ["customer"]);
    assert_ne!(decided(r#"{"role": "staff"}"#, &stranger), Decision::Allow);
    assert_eq!(mock::logs()[0].field("role"), Some("staff"));
}

#[test]
fn a_wrong_config_names_its_key() {
    let why = |config| mock::configure::<Policy>(config).unwrap_err();
    assert!(why("{}").contains("missing field `role`"), "{}", why("{}"));
    assert!(why(r#"{"role": ""}"#).starts_with("role: must not be empty"));
    assert!(why(r#"{"role": "staff", "rule": 1}"#).starts_with("rule: unknown field"));
}

#[test]
fn the_cases_hold() {
    mock::cases::check(
        include_str!("../cases.toml"),
        mock::cases::authorizer::<Policy>,
    );
}
