//! What holds for every text and every claim. Never a list of cases.
use proptest::prelude::*;
use serde_json::{Value, json};
use witgate_plugin::{Authorizer, Decision, mock};

use super::configured;
use crate::CelAuthz;

/// The pieces that an expression is made of, in any order: most are nonsense, some are not.
fn expression() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "request",
        "claims",
        "attributes",
        ".",
        "sub",
        "roles",
        "method",
        "[",
        "]",
        "(",
        ")",
        "{",
        "}",
        "\"a\"",
        "'",
        "1",
        "u",
        "1.5",
        " == ",
        " && ",
        " || ",
        "!",
        "?",
        ":",
        " in ",
        ",",
        "has",
        "exists",
        "matches",
        "size",
        "x",
        "-",
        "\\",
    ]);
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

fn claim() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_filter("JSON has no such number", |number| number.is_finite()).prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z]{1,4}", inner, 0..4).prop_map(|map| json!(map)),
        ]
    })
}

proptest! {
    #[test]
    fn any_text_is_refused_or_decides(when in prop_oneof![expression(), ".{0,40}"]) {
        let config = json!({"rules": [{"name": "one", "when": when, "effect": "deny"}]});
        if let Ok(policy) = mock::configure::<CelAuthz>(&config.to_string()) {
            let decision = mock::request("GET", "/").claim("sub", "alice").run(|| policy.authorize());
            prop_assert!(decision != Decision::Allow, "a deny rule alone never allows: {when}");
        }
    }

    #[test]
    fn a_claim_equals_itself_and_no_other_text(claim in claim(), text in "[a-z]{1,8}") {
        let request = mock::request("GET", "/").claim("value", claim.clone());
        let same = configured("claims.value == claims.value && has(claims.value) && 'value' in claims", "allow");
        prop_assert_eq!(request.run(|| same.authorize()), Decision::Allow);
        let other = configured(&format!("claims.value == '{text}'"), "allow");
        let allowed = request.run(|| other.authorize()) == Decision::Allow;
        prop_assert_eq!(allowed, claim == json!(text));
    }
}
