//! The policy against the mock: never a real token, for claims come verified.
use serde_json::{Value, json};
use witgate_plugin::{Authorizer, Decision, mock};

use super::StepUp;

#[test]
fn a_wrong_config_names_the_rule_and_the_key() {
    let rule = |extra: Value| {
        let mut rule = json!({"name": "one"});
        rule.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        json!({"rules": [rule]}).to_string()
    };
    let cases = [
        ("{}".to_owned(), "missing field `rules`"),
        (r#"{"rules": []}"#.to_owned(), "rules: there is none"),
        (rule(json!({})), "rules[0] (\"one\"): demands nothing"),
        (rule(json!({"acr": []})), "rules[0] (\"one\"): acr: an empty list"),
        (rule(json!({"amr": [""]})), "rules[0] (\"one\"): amr: a value must not be empty"),
        (rule(json!({"max-age-seconds": 0})), "rules[0] (\"one\"): max-age-seconds: 0 lets nobody pass"),
        (rule(json!({"max-age-seconds": -1})), "rules[0].max-age-seconds: invalid value"),
        (rule(json!({"acr": ["a"], "age-since": "iat"})), "rules[0] (\"one\"): age-since: goes with"),
        (rule(json!({"acr": ["a"], "age-since": "exp"})), "rules[0].age-since: unknown variant `exp`"),
        (rule(json!({"acr": ["a"], "methods": ["delete"]})), "rules[0] (\"one\"): methods[0]: `delete` is no method"),
        (
            rule(json!({"acr": ["a"], "paths": ["orders"]})),
            "rules[0] (\"one\"): paths[0]: `orders` must start with `/`",
        ),
        (rule(json!({"acr": ["a"], "message": "m".repeat(1025)})), "rules[0] (\"one\"): message: a message of 1025"),
        (rule(json!({"acr": ["a".repeat(1025)]})), "rules[0] (\"one\"): message: a message of"),
        (rule(json!({"acr": ["a"], "code": "x"})), "rules[0].code: unknown field `code`"),
        (
            json!({"rules": [{"name": "a", "acr": ["a"]}, {"name": "a", "acr": ["a"]}]}).to_string(),
            "rules[1] (\"a\"): name: must be unique",
        ),
        (json!({"rules": [{"name": "a", "acr": ["a"]}], "leeway-seconds": 301}).to_string(), "leeway-seconds: 301"),
    ];
    for (config, expected) in cases {
        let why = mock::configure::<StepUp>(&config).unwrap_err();
        assert!(why.starts_with(expected), "{config}:\n  {why}\n  {expected}");
    }
}

#[test]
fn the_caller_reads_what_is_demanded() {
    let config = json!({"rules": [{"name": "pay", "acr": ["urn:a", "urn:b"], "amr": ["otp"], "max-age-seconds": 60}]});
    let policy: StepUp = mock::configure(&config.to_string()).unwrap();
    let Decision::Deny(refusal) = mock::request("GET", "/").run(|| policy.authorize()) else { panic!("denied") };
    assert_eq!(refusal.message, "Sign in again to do this. acr: urn:a or urn:b. amr: otp. At most 60 seconds ago.");
}

/// A number that is no whole second, or beyond any clock, is no time; and no arithmetic overflows on the way.
#[test]
fn strange_times_are_refused_and_never_trap() {
    let config = json!({"rules": [{"name": "pay", "max-age-seconds": u64::MAX}]}).to_string();
    let policy: StepUp = mock::configure(&config).unwrap();
    let passes = |time: Value| {
        let request = mock::request("GET", "/").clock(1_000).claim("auth_time", time);
        request.run(|| policy.authorize()) == Decision::Abstain
    };
    assert!(passes(json!(0)) && passes(json!(1_000)) && passes(json!(1_030)));
    for strange in [json!(-1), json!(1_031), json!(u64::MAX), json!(999.5), json!("1000"), json!(null), json!([1000])] {
        assert!(!passes(strange.clone()), "{strange}");
    }
}

#[test]
fn the_cases_hold() {
    mock::cases::check(include_str!("../cases.toml"), mock::cases::authorizer::<StepUp>);
}
