//! A case as TOML, ready to be appended to a cases.toml.
//!
//! Never more than one line for a key, so that what a case holds writes no lines of its own.

use std::fmt::Write as _;

use serde_json::Value;

use crate::case::Case;
use crate::inline::inline;

/// The keys of a case in the order in which they are read best.
const ORDER: [&str; 13] = [
    "name",
    "config",
    "request",
    "claims",
    "issuers",
    "token",
    "clock",
    "seed",
    "environment",
    "store",
    "answers",
    "response",
    "expect",
];

impl Case {
    /// The `[[case]]` block, with a line break at its end.
    pub fn toml(&self) -> String {
        let case = serde_json::to_value(self).unwrap_or_default();
        let mut text = "[[case]]\n".to_owned();
        for (key, value) in ORDER.iter().filter_map(|key| Some((key, case.get(key)?))) {
            let _ = writeln!(text, "{key} = {}", ordered(key, value));
        }
        text
    }
}

/// Method and path, outcome and fault come first in their tables.
fn ordered(key: &str, value: &Value) -> String {
    let first: &[&str] = match key {
        "request" => &["method", "path"],
        "expect" => &["outcome", "fault", "status", "code"],
        _ => return inline(value),
    };
    let Value::Object(members) = value else { return inline(value) };
    let known = first.iter().filter_map(|name| Some((*name, members.get(*name)?)));
    let others = members.iter().map(|(name, value)| (name.as_str(), value)).filter(|(name, _)| !first.contains(name));
    let pairs: Vec<String> = known.chain(others).map(|(name, value)| format!("{name} = {}", inline(value))).collect();
    format!("{{ {} }}", pairs.join(", "))
}
