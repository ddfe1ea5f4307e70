//! Configs that are refused at load. Never one that only a request would show to be wrong.
use serde_json::json;
use witgate_plugin::mock;

use crate::CelAuthz;

fn error(config: &str) -> String {
    mock::configure::<CelAuthz>(config).expect_err(config)
}

#[test]
fn a_wrong_config_names_the_rule_and_the_key() {
    let rule = |extra: &str| format!(r#"{{"rules": [{{"name": "one", "when": "true", "effect": "allow"{extra}}}]}}"#);
    let cases = [
        ("{}".to_owned(), "missing field `rules`"),
        (r#"{"rules": []}"#.into(), "rules: there is none"),
        (r#"{"rules": [], "default": "allow"}"#.into(), "default: unknown variant `allow`"),
        (r#"{"rules": [{"name": "a", "effect": "allow"}]}"#.into(), "rules[0]: missing field `when`"),
        (rule(r#", "paths": ["/"]"#), "rules[0].paths: unknown field `paths`"),
        (rule(r#"}, {"name": "one", "when": "true", "effect": "deny""#), "rules[1] (\"one\"): name: must be unique"),
        (rule(r#"}, {"name": "", "when": "true", "effect": "deny""#), "rules[1] (\"\"): name: must be unique"),
        (rule(r#", "code": "x""#), "rules[0] (\"one\"): code: only a rule with effect = \"deny\""),
        (rule(r#", "message": "x""#), "rules[0] (\"one\"): message: only a rule"),
        (
            r#"{"rules": [{"name": "a", "when": "true", "effect": "deny", "code": "No!"}]}"#.into(),
            "rules[0] (\"a\"): code: `No!` must be",
        ),
        (
            json!({"rules": [{"name": "a", "when": "true", "effect": "deny", "message": "m".repeat(1025)}]})
                .to_string(),
            "rules[0] (\"a\"): message: a message of 1025 bytes",
        ),
    ];
    for (config, expected) in cases {
        let error = error(&config);
        assert!(error.starts_with(expected), "{config}:\n  {error}\n  {expected}");
    }
}

#[test]
fn a_wrong_expression_is_refused_with_what_is_wrong() {
    let long = format!("'{}' == ''", "a".repeat(4096));
    let cases = [
        ("", "line "),
        ("request.method ==", "line 1, column "),
        ("claims.sub == 'a' and true", "line 1, column "),
        ("claim.sub == 'a'", "`claim`: there is no such variable; there are request, claims, attributes"),
        ("request.metod == 'GET'", "`request.metod`: there is no such field; there are method, path"),
        ("request.header['a'] == ''", "`request.header`: there is no such field"),
        ("request.?pth.orValue('') == '/'", "`request.pth`: there is no such field; there are method, path"),
        ("request[?'pth'].hasValue()", "`request.pth`: there is no such field"),
        ("request['pth'] == '/'", "`request.pth`: there is no such field"),
        (".request.pth == '/'", "`request.pth`: there is no such field"),
        ("has(request.pth)", "`request.pth`: there is no such field"),
        ("request[?claims.field].hasValue()", "`request[..]`: the field must be written out as a text"),
        ("claims.roles.exists(role, rolle == 'a')", "`rolle`: there is no such variable"),
        ("claims.roles.exists(role, role == 'a') && role == 'a'", "`role`: there is no such variable"),
        ("has_scope('a')", "`has_scope`: there is no such function"),
        ("claims.sub.lower() == 'a'", "`lower`: there is no such function"),
        ("timestamp('2026-01-01T00:00:00Z') < timestamp(claims.at)", "`timestamp`: there is no such function"),
        ("request.path.matches(claims.pattern)", "`matches`: the regular expression must be written out"),
        ("request.path.matches('(')", "`matches`: `(` is no regular expression"),
        ("matches(request.path, '[')", "`matches`: `[` is no regular expression"),
        ("Message{field: 1}.field == 1", "`Message`: there are no message types here"),
        (&long, "has 4104 bytes; 4096 are allowed"),
    ];
    for (when, expected) in cases {
        let config = json!({"rules": [{"name": "one", "when": when, "effect": "deny"}]});
        let error = error(&config.to_string());
        let reason = error.strip_prefix("rules[0] (\"one\"): when: ").unwrap_or_else(|| panic!("{when}: {error}"));
        assert!(reason.starts_with(expected), "{when}:\n  {reason}\n  {expected}");
        assert!(!reason.contains('\n'), "{reason}");
    }
}
