//! The router against the mock: never a real upstream.
use serde_json::json;
use witgate_plugin::mock::{self, Request};
use witgate_plugin::{Router, Selection};

use super::ClaimRouter;

mod properties;

/// The chosen upstream, `default`, or the refusal's code.
fn choice(config: &str, request: &Request) -> String {
    let policy: ClaimRouter = mock::configure(config).unwrap();
    match request.run(|| policy.select()) {
        Selection::To(target) => {
            assert_eq!((target.path, target.attributes.len()), (None, 0));
            target.upstream
        }
        Selection::Default => "default".into(),
        Selection::Refused(refusal) => refusal.code,
    }
}

const RULES: &str = r#"{"rules": [
    {"when": {"claim": "tenant", "equals": "globex"}, "upstream": "globex"},
    {"when": {"claim": "/org/level", "one-of": [2, 3]}, "upstream": "premium"},
    {"when": {"attribute": "region", "one-of": ["eu", "ch"]}, "upstream": "europe"},
    {"when": {"header": "X-Version", "equals": "beta"}, "upstream": "beta"}
]}"#;

#[test]
fn two_integers_are_two_tenants() {
    let rules = format!(r#"{{"rules": [{{"when": {{"claim": "uid", "equals": {}}}, "upstream": "a"}}]}}"#, u64::MAX);
    assert_eq!(choice(&rules, &get().claim("uid", u64::MAX)), "a");
    assert_eq!(choice(&rules, &get().claim("uid", u64::MAX - 614)), "default");
}

#[test]
fn a_list_contains_an_item_and_never_a_part_of_a_text() {
    let when = |wanted: &str| {
        format!(r#"{{"rules": [{{"when": {{"claim": "roles", "contains": {wanted}}}, "upstream": "beta"}}]}}"#)
    };
    let cases = [
        (json!(["customer", "tester"]), true),
        (json!("tester"), true),
        (json!(["tester", 7, {}]), true),
        (json!(["testers"]), false),
        (json!("testers"), false),
        (json!("a tester"), false),
        (json!([["tester"]]), false),
        (json!({"tester": true}), false),
        (json!([]), false),
    ];
    for (roles, is_met) in cases {
        let chosen = choice(&when(r#""tester""#), &get().claim("roles", roles.clone()));
        assert_eq!(chosen == "beta", is_met, "{roles}");
    }
    assert_eq!(choice(&when("7"), &get().claim("roles", json!([7, "a"]))), "beta");
    assert_eq!(choice(&when("7"), &get().claim("roles", json!(["7"]))), "default");
    assert_eq!(choice(&when("7"), &get()), "default");
}

fn get() -> Request {
    mock::request("GET", "/orders")
}

#[test]
fn the_first_matching_rule_chooses() {
    let level = |level: u32| get().claim("org", json!({"level": level}));
    let cases = [
        (get().claim("tenant", "globex"), "globex"),
        (get().claim("tenant", "globex").header("x-version", "beta"), "globex"),
        (get().claim("tenant", ["globex"]), "default"),
        (get().claim("tenant", "Globex"), "default"),
        (level(3), "premium"),
        (level(1), "default"),
        (get().attribute("region", "ch"), "europe"),
        (get().header("x-version", "beta"), "beta"),
        (get().header("x-version", b"\xff"), "default"),
        (get().header("tenant", "globex"), "default"),
        (get(), "default"),
    ];
    for (index, (request, expected)) in cases.iter().enumerate() {
        assert_eq!(choice(RULES, request), *expected, "case {index}");
    }
}

#[test]
fn fallback_refuse_refuses() {
    assert_eq!(choice(r#"{"fallback": "refuse"}"#, &get()), "no_upstream_matched");
    assert_eq!(choice(r#"{"fallback": "default"}"#, &get()), "default");
    assert_eq!(choice("{}", &get()), "default");
}

const SPLIT: &str = r#"{"split": [{"upstream": "orders", "weight": 50}, {"upstream": "orders-canary", "weight": 50}],
    "rules": [{"when": {"header": "x-version", "equals": "beta"}, "upstream": "beta"}]}"#;

#[test]
fn the_split_sticks_to_the_subject_wherever_it_comes_from() {
    for number in 0..50 {
        let subject = format!("user-{number}");
        let at = |peer: &str| choice(SPLIT, &get().claim("sub", subject.as_str()).peer(peer));
        assert_eq!(at("192.0.2.1"), at("198.51.100.9"), "{subject}");
    }
}

#[test]
fn without_a_subject_the_split_sticks_to_the_peer() {
    let chosen: Vec<_> = (0..50).map(|host| choice(SPLIT, &get().peer(&format!("192.0.2.{host}")))).collect();
    let again: Vec<_> = (0..50).map(|host| choice(SPLIT, &get().peer(&format!("192.0.2.{host}")))).collect();
    assert_eq!(chosen, again);
    assert!(chosen.iter().any(|name| name == "orders") && chosen.iter().any(|name| name == "orders-canary"));
}

#[test]
fn a_rule_comes_before_the_split() {
    assert_eq!(choice(SPLIT, &get().claim("sub", "alice").header("x-version", "beta")), "beta");
}

#[test]
fn a_wrong_config_names_its_key() {
    let when = |test: &str| format!(r#"{{"rules": [{{"when": {test}, "upstream": "a"}}]}}"#);
    let cases = [
        (r#"{"rule": []}"#.into(), "rule: unknown field"),
        (r#"{"fallback": "anything"}"#.into(), "fallback: unknown variant"),
        (r#"{"rules": [{"upstream": "a"}]}"#.into(), "rules[0]: missing field `when`"),
        (
            r#"{"rules": [{"when": {"claim": "a", "equals": 1}, "upstream": ""}]}"#.into(),
            "rules[0].upstream: must not be",
        ),
        (when("{}"), "rules[0].when: give exactly one of `claim`"),
        (when(r#"{"claim": "a", "header": "b", "equals": "c"}"#), "rules[0].when: give exactly one of `claim`"),
        (when(r#"{"claim": "a"}"#), "rules[0].when: give exactly one of `equals`"),
        (when(r#"{"claim": "a", "one-of": []}"#), "rules[0].when.one-of: must not be empty"),
        (when(r#"{"claim": "a", "equals": {}}"#), "rules[0].when: compare with strings, numbers"),
        (when(r#"{"claim": "a", "equals": "b", "contains": "b"}"#), "rules[0].when: give exactly one of `equals`"),
        (when(r#"{"claim": "a", "contains": ["b"]}"#), "rules[0].when: compare with strings, numbers"),
        (when(r#"{"header": "a", "equals": 1}"#), "rules[0].when: attributes and headers are text"),
        (when(r#"{"attribute": "a", "contains": "b"}"#), "rules[0].when.contains: attributes and headers are text"),
        (when(r#"{"header": "a b", "equals": "c"}"#), "rules[0].when.header: `a b` is no header name"),
        (when(r#"{"header": "", "equals": "c"}"#), "rules[0].when.header: `` is no header name"),
        (when(r#"{"header": "x_tier", "equals": "c"}"#), "rules[0].when.header: `x_tier` is taken off"),
        (
            when(r#"{"header": "X-Forwarded-For", "equals": "c"}"#),
            "rules[0].when.header: `X-Forwarded-For` is taken off",
        ),
        (when(r#"{"claim": "", "equals": 1}"#), "rules[0].when: a name must not be empty"),
        (r#"{"split": []}"#.into(), "split: at least one weight"),
        (r#"{"split": [{"upstream": "a", "weight": 0}]}"#.into(), "split: at least one weight"),
        (r#"{"split": [{"upstream": "", "weight": 1}]}"#.into(), "split[0].upstream: must not be empty"),
        (r#"{"split": [{"upstream": "a", "weight": -1}]}"#.into(), "split[0].weight: invalid value"),
        (r#"{"split": [{"upstream": "a", "weight": 1}], "fallback": "refuse"}"#.into(), "fallback: `refuse` never"),
    ];
    for (config, expected) in cases {
        let error = mock::configure::<ClaimRouter>(&config).unwrap_err();
        assert!(error.starts_with(expected), "{config}:\n  {error}\n  {expected}");
    }
}

#[test]
fn the_cases_hold() {
    mock::cases::check(include_str!("../cases.toml"), mock::cases::router::<ClaimRouter>);
}
