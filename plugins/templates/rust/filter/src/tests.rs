//! The policy against a mock of the gateway, without WebAssembly.

use witgate_plugin::mock::{self, Request};
use witgate_plugin::{Action, Filter, HeaderOp};

use super::{{type}} as Policy;

const CONFIG: &str = r#"{"header": "x-tenant", "claim": "tenant", "remove": ["server"]}"#;

fn forwarded(request: &Request) -> Action {
    let policy: Policy = mock::configure(CONFIG).unwrap();
    request.run(|| policy.on_request())
}

#[test]
fn the_claim_goes_into_the_header() {
    let request = mock::request("GET", "/orders")
        .header("x-tenant", "forged")
        .claim("tenant", "acme");
    assert_eq!(
        forwarded(&request),
        Action::forward([HeaderOp::set("x-tenant", "acme")])
    );
}

#[test]
fn what_cannot_stand_in_a_header_is_removed() {
    let request = mock::request("GET", "/orders").claim("tenant", "acme\r\nx-admin: 1");
    assert_eq!(
        forwarded(&request),
        Action::forward([HeaderOp::remove("x-tenant")])
    );
}

#[test]
fn a_wrong_config_names_its_key() {
    let why = |config| mock::configure::<Policy>(config).unwrap_err();
    assert!(
        why(r#"{"header": "host", "claim": "tenant"}"#)
            .starts_with("header: `host` belongs to the gateway")
    );
    assert!(why(r#"{"header": "x-a", "claim": "a", "add": 1}"#).starts_with("add: unknown field"));
}

#[test]
fn the_cases_hold() {
    mock::cases::check(include_str!("../cases.toml"), mock::cases::filter::<Policy>);
}
