//! Configs that are refused at load. Never one that only a request would show to be wrong.
use witgate_plugin::mock;

use crate::ClaimsAuthz;

#[test]
fn a_wrong_config_names_the_rule_and_the_key() {
    let rule = |extra: &str| format!(r#"{{"rules": [{{"name": "one", "effect": "allow"{extra}}}]}}"#);
    let when = |condition: &str| rule(&format!(r#", "when": {condition}"#));
    let deep = format!("{}{}{}", r#"{"not": "#.repeat(16), r#"{"scope": "a"}"#, "}".repeat(16));
    let cases = [
        ("{}".into(), "missing field `rules`"),
        (
            r#"{"rules": [], "default": "allow"}"#.into(),
            "default: unknown variant `allow`, expected `deny` or `abstain`",
        ),
        (r#"{"rules": [{"effect": "allow"}]}"#.into(), "rules[0]: missing field `name`"),
        (r#"{"rules": [{"name": "a", "effect": "permit"}]}"#.into(), "rules[0].effect: unknown variant `permit`"),
        (rule(r#", "path": ["/"]"#), "rules[0].path: unknown field `path`"),
        (rule(r#"}, {"name": "one", "effect": "deny""#), "rules[1] (\"one\"): name: must be unique"),
        (rule(r#", "methods": []"#), "rules[0] (\"one\"): methods: an empty list"),
        (rule(r#", "methods": ["GET", "get"]"#), "rules[0] (\"one\"): methods[1]: `get` is no method"),
        (rule(r#", "paths": []"#), "rules[0] (\"one\"): paths: an empty list"),
        (rule(r#", "paths": ["/a", "b"]"#), "rules[0] (\"one\"): paths[1]: `b` must start with `/`"),
        (rule(r#", "code": "x""#), "rules[0] (\"one\"): code: only a rule with effect = \"deny\""),
        (rule(r#", "message": "x""#), "rules[0] (\"one\"): message: only a rule"),
        (rule(r#", "methods": ["GE T"]"#), "rules[0] (\"one\"): methods[0]: `GE T` is no method"),
        (rule(r#", "methods": [""]"#), "rules[0] (\"one\"): methods[0]: `` is no method"),
        (rule(r#", "paths": ["/a;b"]"#), "rules[0] (\"one\"): paths[0]: `/a;b`: has a `;`"),
        (
            format!(r#"{{"rules": [{{"name": "a", "effect": "deny", "message": "{}"}}]}}"#, "m".repeat(1025)),
            "rules[0] (\"a\"): message: a message of 1025 bytes; 1024 are allowed",
        ),
        (
            r#"{"rules": [{"name": "a", "effect": "deny", "code": "No!"}]}"#.into(),
            "rules[0] (\"a\"): code: `No!` must be",
        ),
        (when("{}"), "rules[0] (\"one\"): when: give exactly one of `claim`"),
        (when(r#"{"claim": "a"}"#), "rules[0] (\"one\"): when: give exactly one of `equals`"),
        (
            when(r#"{"claim": "a", "equals": 1, "exists": true}"#),
            "rules[0] (\"one\"): when: give exactly one of `equals`",
        ),
        (when(r#"{"claim": "a", "equals": []}"#), "rules[0] (\"one\"): when.equals: must be a string"),
        (when(r#"{"claim": "a", "is": 1}"#), "rules[0].when.is: unknown field `is`"),
        (when(r#"{"claim": "", "exists": true}"#), "rules[0] (\"one\"): when.claim: must not be empty"),
        (when(r#"{"claim": "a", "one-of": []}"#), "rules[0] (\"one\"): when.one-of: must not be empty"),
        (when(r#"{"claim": "a", "one-of": ["a", {}]}"#), "rules[0] (\"one\"): when.one-of[1]: must be a string"),
        (when(r#"{"scope": "a b"}"#), "rules[0] (\"one\"): when.scope: one scope"),
        (when(r#"{"scope": "a", "exists": true}"#), "rules[0] (\"one\"): when: `equals`, `one-of`"),
        (when(r#"{"all": []}"#), "rules[0] (\"one\"): when.all: must not be empty"),
        (when(r#"{"any": [{"scope": "a"}, {}]}"#), "rules[0] (\"one\"): when.any[1]: give exactly one"),
        (when(r#"{"not": {"scope": ""}}"#), "rules[0] (\"one\"): when.not.scope: one scope"),
        (when(r#"{"attribute": "a", "contains": "x"}"#), "rules[0] (\"one\"): when.contains: an attribute is text"),
        (when(r#"{"attribute": "a", "equals": 1}"#), "rules[0] (\"one\"): when: an attribute is text"),
        (when(&deep), "rules[0] (\"one\"): when.not.not"),
    ];
    for (config, expected) in cases {
        let error = mock::configure::<ClaimsAuthz>(&config).unwrap_err();
        assert!(error.starts_with(expected), "{config}:\n  {error}\n  {expected}");
    }
}
