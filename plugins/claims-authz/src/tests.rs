//! The rules against the mock: never a real token, for claims come verified.
use serde_json::json;
use witgate_plugin::mock::{self, Request};
use witgate_plugin::{Authorizer, Decision};

use super::ClaimsAuthz;

mod properties;
mod wrong_config;

fn decide(config: &str, request: &Request) -> Decision {
    let policy: ClaimsAuthz = mock::configure(config).unwrap();
    request.run(|| policy.authorize())
}

/// Whether one condition lets alice's request pass.
fn holds(when: &str) -> bool {
    let config = format!(r#"{{"rules": [{{"name": "one", "effect": "allow", "when": {when}}}]}}"#);
    let request = mock::request("GET", "/orders")
        .attribute("tenant", "acme")
        .claim("sub", "alice")
        .claim("roles", ["customer", "staff"])
        .claim("role", "staff")
        .claim("level", 3)
        .claim("ratio", 0.5)
        .claim("admin", true)
        .claim("nothing", json!(null))
        .claim("mixed", json!([1, "two", true]))
        .claim("org", json!({"plan": "gold", "seats": [1, 2]}))
        .claim("scope", "orders:read orders:write");
    decide(&config, &request) == Decision::Allow
}

#[test]
fn conditions_that_hold() {
    let cases = [
        r#"{"claim": "sub", "equals": "alice"}"#,
        r#"{"claim": "level", "equals": 3}"#,
        r#"{"claim": "ratio", "equals": 0.5}"#,
        r#"{"claim": "admin", "equals": true}"#,
        r#"{"claim": "/org/plan", "equals": "gold"}"#,
        r#"{"claim": "sub", "one-of": ["bob", "alice"]}"#,
        r#"{"claim": "roles", "contains": "staff"}"#,
        r#"{"claim": "role", "contains": "staff"}"#,
        r#"{"claim": "mixed", "contains": 1}"#,
        r#"{"claim": "/org/seats", "contains": 2}"#,
        r#"{"claim": "org", "exists": true}"#,
        r#"{"claim": "nothing", "exists": false}"#,
        r#"{"scope": "orders:read"}"#,
        r#"{"attribute": "tenant", "equals": "acme"}"#,
        r#"{"attribute": "tenant", "exists": true}"#,
        r#"{"all": [{"scope": "orders:read"}, {"claim": "sub", "exists": true}]}"#,
        r#"{"any": [{"scope": "stock:write"}, {"claim": "sub", "exists": true}]}"#,
        r#"{"not": {"claim": "sub", "equals": "bob"}}"#,
        r#"{"not": {"claim": "absent", "equals": "bob"}}"#,
    ];
    for when in cases {
        assert!(holds(when), "{when} must hold");
    }
}

#[test]
fn conditions_that_do_not_hold() {
    let cases = [
        r#"{"claim": "sub", "equals": "Alice"}"#,
        r#"{"claim": "level", "equals": "3"}"#,
        r#"{"claim": "admin", "equals": "true"}"#,
        r#"{"claim": "absent", "equals": "x"}"#,
        r#"{"claim": "nothing", "exists": true}"#,
        r#"{"claim": "roles", "equals": "staff"}"#,
        r#"{"claim": "roles", "contains": "sta"}"#,
        r#"{"claim": "role", "contains": "sta"}"#,
        r#"{"claim": "mixed", "contains": "1"}"#,
        r#"{"claim": "org", "contains": "plan"}"#,
        r#"{"claim": "absent", "contains": "x"}"#,
        r#"{"claim": "absent", "one-of": ["x"]}"#,
        r#"{"scope": "orders"}"#,
        r#"{"attribute": "tenant", "equals": "globex"}"#,
        r#"{"attribute": "absent", "one-of": ["acme"]}"#,
        r#"{"all": [{"scope": "orders:read"}, {"scope": "stock:write"}]}"#,
        r#"{"any": [{"scope": "stock:read"}, {"scope": "stock:write"}]}"#,
        r#"{"not": {"scope": "orders:read"}}"#,
    ];
    for when in cases {
        assert!(!holds(when), "{when} must not hold");
    }
}

const SHOP: &str = r#"{"rules": [
    {"name": "no suspended", "effect": "deny", "when": {"claim": "suspended", "equals": true}, "code": "suspended", "message": "Your account is suspended."},
    {"name": "staff", "effect": "allow", "when": {"claim": "roles", "contains": "staff"}},
    {"name": "no admin", "effect": "deny", "paths": ["/admin/**"]},
    {"name": "read", "effect": "allow", "methods": ["GET"], "paths": ["/orders", "/orders/{id}"], "when": {"scope": "orders:read"}},
    {"name": "write", "effect": "allow", "methods": ["POST"], "paths": ["/orders"], "when": {"scope": "orders:write"}}
]}"#;

/// `allow` or the code of the denial.
fn word(config: &str, request: &Request) -> String {
    match decide(config, request) {
        Decision::Allow => "allow".into(),
        Decision::Abstain => "abstain".into(),
        Decision::Deny(refusal) => {
            assert_eq!(refusal.status, 403);
            refusal.code
        }
    }
}

#[test]
fn the_first_matching_rule_decides() {
    let customer = |method, path| mock::request(method, path).claim("scope", "orders:read orders:write");
    let staff = |method, path| mock::request(method, path).claim("roles", ["staff"]);
    let cases = [
        (customer("GET", "/orders"), "allow"),
        (customer("GET", "/orders/1"), "allow"),
        (customer("POST", "/orders"), "allow"),
        (customer("POST", "/orders/1"), "no_rule_matched"),
        (customer("DELETE", "/orders/1"), "no_rule_matched"),
        (customer("GET", "/orders/1/lines"), "no_rule_matched"),
        (customer("GET", "/admin"), "rule_denied"),
        (customer("GET", "/admin/users/1"), "rule_denied"),
        (staff("GET", "/admin/users/1"), "allow"),
        (staff("GET", "/admin").claim("suspended", true), "suspended"),
        (mock::request("GET", "/orders"), "no_rule_matched"),
    ];
    for (request, expected) in cases {
        assert_eq!(word(SHOP, &request), expected, "{request:?}");
    }
}

#[test]
fn a_denial_says_its_message_and_the_log_its_rule() {
    let request = mock::request("GET", "/").claim("suspended", true);
    let Decision::Deny(refusal) = decide(SHOP, &request) else { panic!("must be denied") };
    assert_eq!(refusal.message, "Your account is suspended.");
    assert_eq!(mock::logs()[0].field("rule"), Some("no suspended"));
}

#[test]
fn a_deny_rule_for_get_covers_head_and_an_allow_rule_is_exact() {
    let denying = r#"{"rules": [{"name": "no", "effect": "deny", "methods": ["GET"], "paths": ["/admin/**"]},
        {"name": "rest", "effect": "allow"}]}"#;
    let allowing = r#"{"rules": [{"name": "yes", "effect": "allow", "methods": ["GET", "M-SEARCH"]}]}"#;
    let cases = [
        (denying, "GET", "rule_denied"),
        (denying, "HEAD", "rule_denied"),
        (denying, "POST", "allow"),
        (allowing, "GET", "allow"),
        (allowing, "M-SEARCH", "allow"),
        (allowing, "HEAD", "no_rule_matched"),
    ];
    for (config, method, expected) in cases {
        assert_eq!(word(config, &mock::request(method, "/admin/users")), expected, "{method} of {config}");
    }
}

#[test]
fn the_longest_message_is_kept() {
    let config = format!(r#"{{"rules": [{{"name": "a", "effect": "deny", "message": "{}"}}]}}"#, "m".repeat(1024));
    let Decision::Deny(refusal) = decide(&config, &mock::request("GET", "/")) else { panic!("must be denied") };
    assert_eq!(refusal.message.len(), 1024);
}

#[test]
fn without_a_match_the_default_decides() {
    let request = mock::request("GET", "/");
    assert_eq!(word(r#"{"rules": []}"#, &request), "no_rule_matched");
    assert_eq!(word(r#"{"default": "deny", "rules": []}"#, &request), "no_rule_matched");
    assert_eq!(word(r#"{"default": "abstain", "rules": []}"#, &request), "abstain");
}

#[test]
fn the_cases_hold() {
    mock::cases::check(include_str!("../cases.toml"), mock::cases::authorizer::<ClaimsAuthz>);
}
