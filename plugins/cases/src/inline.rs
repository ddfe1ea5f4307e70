//! JSON as inline TOML.
//!
//! Never breaks a line, and never writes what TOML cannot read back.

use serde_json::Value;

/// JSON as an inline TOML value. TOML has no null: such a member is left out.
pub(crate) fn inline(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let members = members.iter().filter(|(_, value)| !value.is_null());
            let pairs: Vec<String> =
                members.map(|(name, value)| format!("{} = {}", key(name), inline(value))).collect();
            if pairs.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", pairs.join(", ")) }
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().filter(|item| !item.is_null()).map(inline).collect();
            format!("[{}]", items.join(", "))
        }
        Value::String(text) => word(text),
        // TOML's integers have 64 bits with a sign.
        Value::Number(number) if number.is_u64() && !number.is_i64() => word(&number.to_string()),
        other => other.to_string(),
    }
}

fn key(name: &str) -> String {
    let bare = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if bare { name.to_owned() } else { word(name) }
}

/// A basic string on one line. JSON's escapes are TOML's too, but JSON leaves some control characters as they are.
fn word(text: &str) -> String {
    let quoted = Value::from(text).to_string();
    let escaped = |c: char| if c.is_control() { format!("\\u{:04x}", u32::from(c)) } else { c.to_string() };
    quoted.chars().map(escaped).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn any_value_is_good_toml() {
        let value = json!({"a b": ["x\"y\\z", "line\nbreak", {"n": null, "big": u64::MAX}], "f": 1.5, "": true});
        let text = format!("v = {}", inline(&value));
        let parsed: toml::Table = text.parse().unwrap_or_else(|error| panic!("{error} in\n{text}"));
        assert_eq!(parsed["v"]["a b"][1].as_str(), Some("line\nbreak"));
    }
}
