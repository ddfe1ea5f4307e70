//! The policy against a mock of the gateway, without WebAssembly.

use witgate_plugin::mock::{self, Request};
use witgate_plugin::{Router, Selection};

use super::{{type}} as Policy;

fn chosen(request: &Request) -> Selection {
    let policy: Policy = mock::configure(r#"{"upstreams": {"gold": "fast"}}"#).unwrap();
    request.run(|| policy.select())
}

#[test]
fn a_listed_plan_has_its_upstream() {
    let gold = mock::request("GET", "/orders").claim("plan", "gold");
    assert_eq!(chosen(&gold), Selection::to("fast"));
}

#[test]
fn a_claim_of_another_shape_is_no_plan() {
    let odd = mock::request("GET", "/orders").claim("plan", ["gold"]);
    assert_eq!(chosen(&odd), Selection::Default);
}

#[test]
fn a_wrong_config_names_its_key() {
    let why = |config| mock::configure::<Policy>(config).unwrap_err();
    assert!(why(r#"{"upstreams": {}}"#).starts_with("upstreams: must name an upstream"));
    assert!(why(r#"{"upstreams": {"gold": 1}}"#).starts_with("upstreams.gold: invalid type"));
}

#[test]
fn the_cases_hold() {
    mock::cases::check(include_str!("../cases.toml"), mock::cases::router::<Policy>);
}
