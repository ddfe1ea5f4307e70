//! The expressions against the mock: never a real token, for claims come verified.
use serde_json::json;
use witgate_plugin::mock::{self, Request, cases};
use witgate_plugin::{Authorizer, Decision};

use super::CelAuthz;

mod properties;
mod wrong_config;

fn configured(when: &str, effect: &str) -> CelAuthz {
    let config = json!({"default": "abstain", "rules": [{"name": "one", "when": when, "effect": effect}]});
    mock::configure(&config.to_string()).unwrap_or_else(|error| panic!("{when}: {error}"))
}

fn alice() -> Request {
    mock::request("GET", "/orders/7")
        .route("orders")
        .authority("shop.test:8080")
        .peer("198.51.100.7")
        .header("X-Tier", "gold")
        .header("x-twice", "a")
        .header("x-twice", "b")
        .header("x-bytes", [0xff])
        .query("page", "2")
        .attribute("tenant", "acme")
        .attribute("path.id", "7")
        .claim("sub", "alice")
        .claim("roles", ["customer", "staff"])
        .claim("level", 3)
        .claim("ratio", 0.5)
        .claim("admin", true)
        .claim("uid", u64::MAX)
        .claim("wide", json!([u64::MAX, [i64::MAX, -7], 1.0, {"n": 1}, null]))
        .claim("nothing", json!(null))
        .claim("org", json!({"plan": "gold", "seats": [1, 2], "owner": {"id": "alice"}}))
        .claim("https://example.com/groups", ["a", "b"])
        .claim("scope", "orders:read orders:write")
}

/// `true`, `false`, or why nobody knows; an allow rule and a deny rule must agree on it.
fn verdict(when: &str) -> String {
    let policy = configured(when, "allow");
    let decision = alice().run(|| policy.authorize());
    let logs = mock::logs();
    let denying = configured(when, "deny");
    let denied = alice().run(|| denying.authorize());
    match (decision, denied) {
        (Decision::Allow, Decision::Deny(refusal)) if refusal.code == "rule_denied" => "true".to_owned(),
        (Decision::Abstain, Decision::Abstain) => "false".to_owned(),
        (Decision::Deny(one), Decision::Deny(other)) if one.code == "rule_failed" && one == other => {
            assert_eq!(logs[0].field("rule"), Some("one"));
            logs[0].field("reason").unwrap_or_default().to_owned()
        }
        (one, other) => panic!("{when}: {one:?}, {other:?}"),
    }
}

#[test]
fn expressions_that_hold() {
    let expressions = [
        "true",
        r#"request.method == "GET" && request.path == "/orders/7" && request.route == "orders""#,
        r#"request.authority == "shop.test:8080" && request.peer == "198.51.100.7""#,
        r#"request["method"] in ["GET", "HEAD"]"#,
        r#"request.path.startsWith("/orders/") && !request.path.endsWith("/") && request.path.contains("ers/")"#,
        r#"request.path.matches("^/orders/[0-9]+$")"#,
        r#"request.headers["x-tier"] == "gold" && request.headers["X-TIER"] == "gold""#,
        r#""x-tier" in request.headers && !("x-absent" in request.headers)"#,
        r#"request.headerValues["x-twice"] == ["a", "b"] && request.headerValues["x-absent"].size() == 0"#,
        r#"request.headers["x-twice"] == "a""#,
        r#"request.headers["x-bytes"] == "a" || true"#,
        r#"request.headers[?"x-absent"].orValue("none") == "none" && request.headers[?"x-tier"].hasValue()"#,
        r#"request.?path.orValue("") == "/orders/7" && request[?"method"].orValue("") == "GET""#,
        r#"int(request.query.page) + 1 == 3"#,
        r#"attributes.tenant == "acme" && attributes["path.id"] == "7""#,
        r#"claims.sub == "alice" && claims.level >= 3 && claims.ratio < 0.6 && claims.admin"#,
        r#""staff" in claims.roles && claims.roles.exists(role, role.startsWith("cust"))"#,
        r#"claims.roles.all(role, role != "admin") && claims.roles.filter(role, role == "staff").size() == 1"#,
        r#"claims.org.plan == "gold" && claims["/org/plan"] == "gold" && claims.org.seats[1] == 2"#,
        r#"claims.org.seats[0] + 1 == claims.org.seats[1] && claims.org.seats[0] - 2 == -1"#,
        r#"type(claims.org.seats[0]) == int && claims.org.seats.map(seat, seat * claims.level) == [3, 6]"#,
        r#"type(claims.wide[0]) == uint && claims.wide[0] == 18446744073709551615u && type(claims.wide[1][0]) == int"#,
        r#"claims.wide[1] == [9223372036854775807, -7] && type(claims.wide[2]) == double && claims.wide[3].n + 1 == 2"#,
        r#"claims["/wide/0"] == claims.wide[0] && claims["/wide/1/0"] == claims.wide[1][0] && claims.wide[4] == null"#,
        r#"claims.org.owner.id == claims.sub"#,
        r#"claims["https://example.com/groups"].map(group, group + "!") == ["a!", "b!"]"#,
        r#"has(claims.sub) && !has(claims.email) && !has(claims.nothing) && has(claims.org.plan)"#,
        r#"!has(claims.org.absent) && !has(attributes.absent) && !has(request.query.absent)"#,
        r#"claims.?email.orValue("none") == "none" && claims.?sub.orValue("none") == "alice""#,
        r#"hasScope("orders:read") && !hasScope("orders") && !hasScope("stock:read")"#,
        r#"claims.email == "a@example.com" || claims.sub == "alice""#,
        r#"type(claims.level) == int && type(claims.ratio) == double && type(claims.sub) == string"#,
        r#"claims.level == 3.0 && claims.level > 2u"#,
        r#"claims.uid == 18446744073709551615u && claims.uid != 18446744073709551001u && claims.uid > 3"#,
        r#"claims.admin ? hasScope("orders:write") : false"#,
        r#"size(claims.sub) == 5 && claims.sub + "@" + attributes.tenant == "alice@acme""#,
        r#"[1, 2, 3].exists_one(x, x == claims.level) && {"gold": 1}[claims.org.plan] == 1"#,
    ];
    for expression in expressions {
        assert_eq!(verdict(expression), "true", "{expression}");
        assert_eq!(verdict(&format!("!({expression})")), "false", "{expression}");
    }
}

#[test]
fn an_expression_that_fails_refuses_whatever_its_effect_and_shows_no_value() {
    let expressions = [
        (r#"claims.email == "a@example.com""#, "there is no `email`"),
        (r#"!(claims.suspended)"#, "there is no `suspended`"),
        (r#"claims.nothing == 1"#, "there is no `nothing`"),
        (r#"{"gold": 1}[claims.sub] == 1"#, "there is no such key"),
        (r#"claims.org.seats[5] == 1"#, "an index is past the end of its list"),
        (r#"claims.sub"#, "it gives neither true nor false"),
        (r#"request.headers["x-bytes"] == "a""#, "`headers` cannot take this value"),
        (r#"request.headers[?"x-bytes"].orValue("a") == "a""#, "`headers` cannot take this value"),
        (r#"!request.headers[?"x-bytes"].hasValue() || true"#, "`headers` cannot take this value"),
        (r#"request.headerValues[?"x-bytes"].hasValue()"#, "`headers` cannot take this value"),
        (r#"request.?headers["x-bytes"].hasValue()"#, "`headers` cannot take this value"),
        (r#"optional.of(request.headers)["x-bytes"].hasValue()"#, "`headers` cannot take this value"),
        (r#"claims[?1].hasValue()"#, "a int where a string is needed"),
        (r#"1 / (claims.level - 3) == 0"#, "a division by zero"),
        (r#"claims.level + 9223372036854775807 > 0"#, "a number is out of range"),
        (r#"claims.sub + 1 == "alice1""#, "an operator cannot take these values"),
        (r#"int(claims.sub) == 1"#, "`int` cannot take this value"),
        (r#"claims.admin && claims.sub"#, "found no matching overload for '_&&_' applied to '(bool, string)'"),
        (r#"claims.all(c, true)"#, ""),
        (r#"claims[1] == 1"#, ""),
        (r#"hasScope(claims.level)"#, ""),
        (r#"claims.level.startsWith("3")"#, ""),
    ];
    for (expression, expected) in expressions {
        let reason = verdict(expression);
        assert!(!reason.is_empty() && reason != "true" && reason != "false", "{expression}: {reason}");
        assert!(expected.is_empty() || reason == expected, "{expression}: {reason}");
        assert!(!reason.contains("alice"), "{expression}: {reason}");
    }
}

#[test]
fn nothing_after_a_rule_that_failed_decides() {
    let policy: CelAuthz = mock::configure(
        r#"{"rules": [{"name": "a", "when": "claims.role == 'staff'", "effect": "deny"}, {"name": "b", "when": "true", "effect": "allow"}]}"#,
    )
    .unwrap();
    let Decision::Deny(refusal) = alice().run(|| policy.authorize()) else { panic!("must be refused") };
    assert_eq!((refusal.status, refusal.code.as_str()), (403, "rule_failed"));
}

#[test]
fn every_case_of_the_file_holds() {
    cases::check(include_str!("../cases.toml"), cases::authorizer::<CelAuthz>);
}
