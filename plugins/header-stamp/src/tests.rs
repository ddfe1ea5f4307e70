//! The filter against the mock: never a real message.
use serde_json::json;
use witgate_plugin::mock::{self, Request};
use witgate_plugin::{Action, Filter, HeaderOp, Level};

use super::HeaderStamp;

mod properties;

const CONFIG: &str = r#"{
    "request": {"set": {"X-Tenant": {"claim": "tenant"}, "x-plan": {"claim": "/org/plan"}, "x-roles": {"claim": "roles"},
        "x-region": {"attribute": "region"}, "x-gateway": {"value": "witgate"}}, "remove": ["Cookie"]},
    "response": {"set": {"strict-transport-security": {"value": "max-age=63072000"}, "x-tenant": {"claim": "tenant"}},
        "remove": ["server", "x-powered-by"]}
}"#;

fn forwarded(request: &Request) -> Vec<HeaderOp> {
    let filter: HeaderStamp = mock::configure(CONFIG).unwrap();
    match request.run(|| filter.on_request()) {
        Action::Forward(ops) => ops,
        Action::Refused(refusal) => panic!("{refusal:?}"),
    }
}

fn answered(request: &Request) -> Vec<HeaderOp> {
    let filter: HeaderStamp = mock::configure(CONFIG).unwrap();
    request.run(|| filter.on_response(200))
}

fn set(name: &str, value: &str) -> HeaderOp {
    HeaderOp::Set(name.into(), value.into())
}

fn remove(name: &str) -> HeaderOp {
    HeaderOp::Remove(name.into())
}

#[test]
fn headers_are_set_from_claims_attributes_and_fixed_values() {
    let request = mock::request("GET", "/")
        .claim("tenant", "acme")
        .claim("org", json!({"plan": "gold"}))
        .claim("roles", ["staff", "customer"])
        .attribute("region", "eu");
    let mut ops = forwarded(&request);
    ops.sort_by_key(|op| format!("{op:?}"));
    let mut expected = vec![
        set("x-tenant", "acme"),
        set("x-gateway", "witgate"),
        set("x-plan", "gold"),
        set("x-region", "eu"),
        set("x-roles", "staff,customer"),
        remove("cookie"),
    ];
    expected.sort_by_key(|op| format!("{op:?}"));
    assert_eq!(ops, expected);
    assert!(mock::logs().is_empty());
}

#[test]
fn a_missing_claim_removes_the_clients_header() {
    let request = mock::request("GET", "/").header("x-tenant", "forged").header("x-region", "forged");
    let ops = forwarded(&request);
    for name in ["x-tenant", "x-plan", "x-roles", "x-region", "cookie"] {
        assert!(ops.contains(&remove(name)), "{name} must be removed: {ops:?}");
    }
    assert!(mock::logs().is_empty(), "a missing claim is usual");
}

#[test]
fn an_illegal_value_is_removed_and_logged_without_the_value() {
    let cases =
        [json!("a\r\nx-admin: 1"), json!("a\0"), json!(" a"), json!("x".repeat(5000)), json!(["a,b"]), json!({"a": 1})];
    for value in cases {
        let ops = forwarded(&mock::request("GET", "/").claim("tenant", value.clone()));
        assert!(ops.contains(&remove("x-tenant")), "{value}: {ops:?}");
        let logs = mock::logs();
        assert_eq!((logs.len(), logs[0].level, logs[0].field("header")), (1, Level::Warn, Some("x-tenant")), "{value}");
        assert!(!format!("{logs:?}").contains("x-admin"));
    }
    let ops = forwarded(&mock::request("GET", "/").attribute("region", "eu\n"));
    assert!(ops.contains(&remove("x-region")), "{ops:?}");
}

#[test]
fn responses_are_stamped_too() {
    let ops = answered(&mock::request("GET", "/").claim("tenant", "acme"));
    let hsts = set("strict-transport-security", "max-age=63072000");
    assert_eq!(ops, [hsts.clone(), set("x-tenant", "acme"), remove("server"), remove("x-powered-by")]);
    let ops = answered(&mock::request("GET", "/"));
    assert_eq!(ops, [hsts, remove("x-tenant"), remove("server"), remove("x-powered-by")]);
}

#[test]
fn an_empty_config_changes_nothing() {
    let filter: HeaderStamp = mock::configure("{}").unwrap();
    let request = mock::request("GET", "/").header("x-a", "1");
    assert_eq!(request.run(|| filter.on_request()), Action::Forward(Vec::new()));
    assert_eq!(request.run(|| filter.on_response(500)), []);
}

#[test]
fn a_wrong_config_names_its_key() {
    let set = |name: &str, source: &str| format!(r#"{{"request": {{"set": {{"{name}": {source}}}}}}}"#);
    let cases = [
        (r#"{"requests": {}}"#.into(), "requests: unknown field"),
        (r#"{"request": {"add": {}}}"#.into(), "request.add: unknown field"),
        (set("x-a", r#""fixed""#), "request.set.x-a: invalid type"),
        (set("x-a", "{}"), "request.set.x-a: give exactly one of"),
        (set("x-a", r#"{"claim": "a", "value": "b"}"#), "request.set.x-a: give exactly one of"),
        (set("x-a", r#"{"claim": ""}"#), "request.set.x-a: give exactly one of"),
        (set("x-a", r#"{"header": "b"}"#), "request.set.x-a.header: unknown field"),
        (set("x-a", r#"{"value": "a\r\nb: c"}"#), "request.set.x-a.value: is no legal header value"),
        (set("x a", r#"{"value": "a"}"#), "request.set.x a: `x a` is no header name"),
        (set("Host", r#"{"value": "a"}"#), "request.set.Host: `Host` belongs to the gateway"),
        (set("x_forwarded_for", r#"{"claim": "a"}"#), "request.set.x_forwarded_for: `x_forwarded_for` belongs"),
        (set("X-Identity-Roles", r#"{"claim": "a"}"#), "request.set.X-Identity-Roles: `X-Identity-Roles` belongs"),
        (r#"{"request": {"remove": ["x-request-id"]}}"#.into(), "request.remove[0]: `x-request-id` belongs"),
        (set("x-a", r#"{"value": "a"}, "X-A": {"value": "b"}"#), "request.set.x-a: `x-a` is there twice"),
        (r#"{"response": {"remove": ["server", "Server"]}}"#.into(), "response.remove[1]: `server` is there twice"),
        (
            r#"{"response": {"remove": ["transfer-encoding"]}}"#.into(),
            "response.remove[0]: `transfer-encoding` belongs",
        ),
        (
            r#"{"response": {"set": {"x-a": {"value": "1"}}, "remove": ["x-a"]}}"#.into(),
            "response.remove[0]: `x-a` is there twice",
        ),
    ];
    for (config, expected) in cases {
        let error = mock::configure::<HeaderStamp>(&config).unwrap_err();
        assert!(error.starts_with(expected), "{config}:\n  {error}\n  {expected}");
    }
}

#[test]
fn a_direction_has_at_most_64_operations() {
    let config = |set: usize, remove: usize| {
        let set: serde_json::Map<_, _> = (0..set).map(|n| (format!("x-s{n}"), json!({"value": "v"}))).collect();
        let remove: Vec<_> = (0..remove).map(|n| format!("x-r{n}")).collect();
        json!({"response": {"set": set, "remove": remove}}).to_string()
    };
    let full: HeaderStamp = mock::configure(&config(40, 24)).unwrap();
    assert_eq!(mock::request("GET", "/").run(|| full.on_response(200)).len(), 64);
    let error = mock::configure::<HeaderStamp>(&config(40, 25)).unwrap_err();
    assert_eq!(error, "response.set: 65 headers to set and remove; 64 are allowed");
}

#[test]
fn the_cases_hold() {
    mock::cases::check(include_str!("../cases.toml"), mock::cases::filter::<HeaderStamp>);
}
