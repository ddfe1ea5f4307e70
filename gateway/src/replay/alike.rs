//! Two answers, part by part.
//!
//! Never compares a value that was withheld: only whether there is one.

use serde_json::Value;

use crate::policy::withheld::WITHHELD;

/// One part that differs.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Part {
    /// such as `code` or `set.x-tenant`
    pub(super) key: String,
    /// what was recorded, if anything
    pub(super) before: Option<Value>,
    /// what came now, if anything
    pub(super) after: Option<Value>,
}

/// Every part that differs, in order of their keys.
pub(super) fn parts(before: &Value, after: &Value) -> Vec<Part> {
    let mut parts = Vec::new();
    compare("", Some(before), Some(after), &mut parts);
    parts.sort_by(|one, other| one.key.cmp(&other.key));
    parts
}

fn compare(key: &str, before: Option<&Value>, after: Option<&Value>, parts: &mut Vec<Part>) {
    let nothing = |value: Option<&Value>| value.is_none_or(Value::is_null);
    match (before, after) {
        (Some(Value::Object(old)), Some(Value::Object(new))) => {
            let more = new.keys().filter(|name| !old.contains_key(*name));
            for name in old.keys().chain(more) {
                let below = if key.is_empty() { name.clone() } else { format!("{key}.{name}") };
                compare(&below, old.get(name), new.get(name), parts);
            }
        }
        (Some(old), Some(new)) if same(old, new) => {}
        (before, after) if nothing(before) && nothing(after) => {}
        (before, after) => {
            parts.push(Part { key: key.to_owned(), before: before.cloned(), after: after.cloned() });
        }
    }
}

/// Whether two values are equal, as far as the old one may be known.
fn same(old: &Value, new: &Value) -> bool {
    match (old, new) {
        (Value::String(old), Value::String(_)) if old == WITHHELD => true,
        (Value::Array(old), Value::Array(new)) => {
            old.len() == new.len() && old.iter().zip(new).all(|(old, new)| same(old, new))
        }
        (old, new) => old == new,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn keys(before: &Value, after: &Value) -> Vec<String> {
        parts(before, after).into_iter().map(|part| part.key).collect()
    }

    #[test]
    fn every_part_that_differs_is_named() {
        let allow = json!({"outcome": "allow"});
        let refused = json!({"outcome": "refused", "status": 403, "code": "a"});
        assert!(keys(&allow, &allow).is_empty());
        assert_eq!(keys(&allow, &refused), ["code", "outcome", "status"]);
        let before = json!({"outcome": "forward", "set": {"a": "1", "b": "2"}, "remove": ["c"]});
        let after = json!({"outcome": "forward", "set": {"a": "1", "d": "2"}, "remove": []});
        assert_eq!(keys(&before, &after), ["remove", "set.b", "set.d"]);
        assert!(keys(&json!({"path": null}), &json!({})).is_empty());
    }

    #[test]
    fn of_a_withheld_value_only_its_presence_counts() {
        let told = |value: &Value| json!({"set": {"authorization": value}});
        assert!(keys(&told(&WITHHELD.into()), &told(&"Basic x".into())).is_empty());
        assert_eq!(keys(&told(&WITHHELD.into()), &json!({"set": {}})), ["set.authorization"]);
        assert_eq!(keys(&told(&"plain".into()), &told(&WITHHELD.into())), ["set.authorization"], "the old one counts");
        let two = told(&json!([WITHHELD, "plain"]));
        assert!(keys(&two, &told(&json!(["Basic x", "plain"]))).is_empty());
        for other in [json!("plain"), json!(["Basic x", "other"]), json!(["Basic x", "plain", "plain"])] {
            assert_eq!(keys(&two, &told(&other)), ["set.authorization"], "{other}");
        }
    }
}
