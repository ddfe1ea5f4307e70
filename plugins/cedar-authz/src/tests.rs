//! The policies against the mock: never a real token, for claims come verified.
use serde_json::json;
use witgate_plugin::mock::{self, Request, cases};
use witgate_plugin::{Authorizer, Decision};

use super::CedarAuthz;

mod properties;
mod wrong_config;

/// What one policy makes of a request of alice, whose every claim is an attribute: `allow`, or the code.
fn word(policy: &str, request: &Request) -> String {
    let config = json!({
        "policies": policy,
        "principal": {"attributes": {"level": "level", "org": "org", "tags": "tags", "big": "big", "plan": "/org/plan"}},
        "context": {
            "tier": {"header": "x-tier"},
            "page": {"query": "page"},
            "tenant": {"attribute": "tenant"},
            "amr": {"claim": "amr"},
            "scopes": {"scopes": ["a", "b"]},
            "method": {"request": "method"},
            "path": {"request": "path"},
            "route": {"request": "route"},
            "authority": {"request": "authority"},
            "peer": {"request": "peer"},
        },
    });
    let configured: CedarAuthz = mock::configure(&config.to_string()).unwrap_or_else(|error| panic!("{error}"));
    match request.run(|| configured.authorize()) {
        Decision::Allow => "allow".to_owned(),
        Decision::Abstain => "abstain".to_owned(),
        Decision::Deny(refusal) => refusal.code,
    }
}

fn alice() -> Request {
    mock::request("GET", "/orders/7")
        .header("x-tier", "gold")
        .query("page", "2")
        .attribute("tenant", "acme")
        .claim("sub", "alice")
        .claim("level", 3)
        .claim("tags", json!(["a", 1, true]))
        .claim("org", json!({"plan": "gold", "seats": [1, 2], "owner": {"id": "alice"}}))
        .claim("amr", ["pwd", "otp"])
        .claim("scope", "a c")
}

#[test]
fn conditions_over_what_the_config_reads() {
    let conditions = [
        ("principal.level > 2", true),
        ("principal.level == 4", false),
        (r#"principal == User::"alice""#, true),
        (r#"principal.org.plan == "gold" && principal.plan == "gold""#, true),
        (r#"principal.org.owner.id == "alice" && principal.org.seats.contains(2)"#, true),
        (r#"principal.tags.contains(1) && principal.tags.contains("a") && principal.tags.contains(true)"#, true),
        ("principal has big", false),
        (r#"context.amr.containsAll(["pwd", "otp"])"#, true),
        (r#"context.scopes == ["a"]"#, true),
        (r#"context.tier == "gold" && context.page == "2" && context.tenant == "acme""#, true),
        (r#"context.method == "GET" && context.path == "/orders/7" && context.route == "test""#, true),
        (r#"context.authority == "gateway.test" && context.peer == ip("192.0.2.1")"#, true),
        (r#"context.peer.isInRange(ip("192.0.2.0/24")) && context.peer.isIpv4()"#, true),
        (r#"resource in Path::"/orders" && resource in Path::"/" && resource == Path::"/orders/7""#, true),
        (r#"resource in Path::"/order""#, false),
        (r#"resource is Path && action == Action::"GET""#, true),
    ];
    for (condition, holds) in conditions {
        let policy = format!("permit (principal, action, resource) when {{ {condition} }};");
        let expected = if holds { "allow" } else { "no_policy_permits" };
        assert_eq!(word(&policy, &alice()), expected, "{condition}");
    }
}

#[test]
fn an_absent_fact_is_an_absent_attribute() {
    let request = mock::request("GET", "/").claim("sub", "alice");
    for name in ["tier", "page", "tenant", "amr"] {
        let policy = format!("permit (principal, action, resource) when {{ context has {name} }};");
        assert_eq!(word(&policy, &request), "no_policy_permits", "{name}");
        let policy = format!("permit (principal, action, resource) unless {{ context.{name} == \"x\" }};");
        assert_eq!(word(&policy, &request), "policy_failed", "{name}");
    }
}

#[test]
fn what_has_no_form_in_cedar_refuses() {
    let all = "permit (principal, action, resource);";
    let deep = (0..17).fold(json!(1), |inner, _| json!([inner]));
    for claim in [json!({"a": 0.5}), json!([null]), json!(u64::MAX), deep] {
        assert_eq!(word(all, &alice().claim("org", claim.clone())), "request_unreadable", "{claim}");
        assert!(mock::logs().iter().all(|event| event.field("code") == Some("request_unreadable")));
    }
    for second in [b"gold".to_vec(), b"iron".to_vec(), vec![0xff]] {
        assert_eq!(word(all, &alice().header("X-Tier", second)), "request_unreadable", "which of the two counts?");
    }
    let request = mock::request("GET", "/").claim("sub", "alice").header("x-tier", [0xff]);
    assert_eq!(word(all, &request), "request_unreadable");
    assert_eq!(word(all, &mock::request("GET", "/")), "principal_missing");
    for claim in [json!(["alice"]), json!(1e300)] {
        assert_eq!(word(all, &mock::request("GET", "/").claim("sub", claim.clone())), "principal_missing", "{claim}");
    }
}

#[test]
fn two_integers_are_two_principals() {
    let one = format!("permit (principal == User::\"{}\", action, resource);", u64::MAX);
    let word_of = |id: u64| word(&one, &mock::request("GET", "/").claim("sub", id));
    assert_eq!(word_of(u64::MAX), "allow");
    assert_eq!(word_of(u64::MAX - 614), "no_policy_permits");
}

#[test]
fn every_case_of_the_file_holds() {
    cases::check(include_str!("../cases.toml"), cases::authorizer::<CedarAuthz>);
}
