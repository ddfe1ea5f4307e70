//! Configs that are refused at load. Never one that only a request would show to be wrong.
use serde_json::{Value, json};
use witgate_plugin::mock;

use crate::CedarAuthz;

const ALL: &str = "permit (principal, action, resource);";

fn with(key: &str, value: &Value) -> String {
    let mut config = json!({"policies": ALL});
    config[key] = value.clone();
    config.to_string()
}

#[test]
fn a_wrong_config_names_the_key() {
    let outside_the_schema = json!({
        "policies": "permit (principal is Group, action, resource);",
        "schema": "entity User; entity Path in [Path]; action PUT appliesTo { principal: User, resource: Path };",
    });
    let outside_the_schema = outside_the_schema.to_string();
    let policies = |text: &str| json!({"policies": text}).to_string();
    let cases = [
        ("{}".to_owned(), "missing field `policies`"),
        (with("default", &json!("allow")), "default: unknown variant `allow`"),
        (with("rules", &json!([])), "rules: unknown field `rules`"),
        (policies(""), "policies: there is none"),
        (policies("permit (principal, action);"), "policies: "),
        (policies("permit (principal == ?principal, action, resource);"), "policies: `policy0` is a template"),
        (policies(&format!("@id(\"a\") {ALL} @id(\"a\") {ALL}")), "policies: two have one `@id`"),
        (policies(&format!("@id(\"\") {ALL}")), "policies: an `@id` is empty"),
        (policies(&format!("@code(\"x\") {ALL}")), "policies: `policy0`: only a `forbid` has `@code`"),
        (policies("@id(\"a\") @code(\"No!\") forbid (principal, action, resource);"), "policies: `a`: @code: `No!`"),
        (with("schema", &json!("entity")), "schema: "),
        (outside_the_schema, "policies: "),
        (with("principal", &json!({"type": "a user"})), "principal.type: `a user` is no name"),
        (with("principal", &json!({"parents": {"": "roles"}})), "principal.parents.: `` is no name"),
        (with("principal", &json!({"kind": "x"})), "principal.kind: unknown field"),
        (with("resources", &json!({"order": {"type": "1", "id": "path.id"}})), "resources.order.type: `1` is no name"),
        (with("resources", &json!({"order": {"type": "Order"}})), "resources.order: missing field `id`"),
        (with("context", &json!({"a": {}})), "context.a: give exactly one of `claim`"),
        (with("context", &json!({"a": {"claim": "x", "header": "y"}})), "context.a: give exactly one of `claim`"),
        (with("context", &json!({"a": {"claim": ""}})), "context.a: the name must not be empty"),
        (with("context", &json!({"a": {"header": ""}})), "context.a: header: `` is no header name"),
        (
            with("context", &json!({"a": {"header": "X-Forwarded-For"}})),
            "context.a: header: `X-Forwarded-For` is taken off",
        ),
        (with("context", &json!({"a": {"header": "x_tier"}})), "context.a: header: `x_tier` is taken off"),
        (with("context", &json!({"a": {"scopes": []}})), "context.a: scopes: there must be some"),
        (with("context", &json!({"a": {"request": "body"}})), "context.a.request: unknown variant `body`"),
        (with("entities", &json!([{"uid": {"type": "Role"}}])), "entities: "),
    ];
    for (config, expected) in cases {
        let error = mock::configure::<CedarAuthz>(&config).expect_err(&config);
        assert!(error.starts_with(expected), "{config}:\n  {error}\n  {expected}");
        assert!(!error.contains('\n'), "{error}");
    }
}
