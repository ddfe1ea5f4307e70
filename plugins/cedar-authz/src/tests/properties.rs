//! What holds for every claim and every name. Never a list of cases.
use proptest::prelude::*;
use serde_json::{Value, json};
use witgate_plugin::mock;

use super::word;

fn claim() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z_]{1,8}", inner, 0..4).prop_map(|map| json!(map)),
        ]
    })
}

/// A string of Cedar.
fn quoted(text: &str) -> String {
    text.chars().map(|c| format!("\\u{{{:x}}}", u32::from(c))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_claim_is_a_value_or_refused(claim in claim()) {
        let request = mock::request("GET", "/").claim("sub", "alice").claim("org", claim);
        let word = word("permit (principal, action, resource) when { principal has org };", &request);
        prop_assert!(["allow", "no_policy_permits", "request_unreadable"].contains(&word.as_str()), "{word}");
    }

    #[test]
    fn a_principal_is_named_exactly(name in ".{1,12}", other in ".{1,12}") {
        let request = mock::request("GET", "/").claim("sub", name.clone());
        let policy = format!("permit (principal == User::\"{}\", action, resource);", quoted(&other));
        let expected = if name == other { "allow" } else { "no_policy_permits" };
        prop_assert_eq!(word(&policy, &request), expected);
        let policy = format!("permit (principal == User::\"{}\", action, resource);", quoted(&name));
        prop_assert_eq!(word(&policy, &request), "allow");
    }
}
