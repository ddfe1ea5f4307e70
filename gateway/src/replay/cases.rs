//! Changed decisions as a cases.toml.
//!
//! Never expects a value that was withheld.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use witgate_cases::{Case, Expect, MOST_CASES};

use super::judged::Changed;
use super::report::{Kind, Report};
use crate::policy::secrecy::on_one_line;
use crate::policy::withheld::WITHHELD;

/// Which answer the cases expect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expecting {
    /// what was answered when it was recorded
    Recorded,
    /// what the new component answered
    New,
}

/// A file of cases, one for each changed question that differs from the others, at most as many as a file may have, and
/// how many they are.
pub fn cases_toml(report: &Report, config_json: &str, expecting: Expecting) -> (String, usize) {
    let whose = match expecting {
        Expecting::Recorded => "the recorded answer",
        Expecting::New => "the new component's answer",
    };
    let mut text =
        format!("# Recorded decisions of plugin {}. Each case expects {whose}.\n", on_one_line(&report.plugin));
    text.push_str(&config(config_json));
    let (mut seen, mut count) = (BTreeSet::new(), 0);
    for kind in &report.changes {
        for changed in kind.kept.values() {
            let case = case(kind, changed, expecting, count + 1);
            let asked = Case { name: String::new(), ..case.clone() }.toml();
            if count < MOST_CASES && seen.insert(asked) {
                let other = if expecting == Expecting::Recorded { &changed.after } else { &changed.before };
                let told = if expecting == Expecting::Recorded { "The new component answers" } else { "Recorded was" };
                text.push_str(&format!("\n# {told}: {}\n{}", on_one_line(other), case.toml()));
                count += 1;
            }
        }
    }
    (text, count)
}

/// The config that the component was asked under, for the cases to hold without anything else.
fn config(config_json: &str) -> String {
    let config: Option<Map<String, Value>> = serde_json::from_str(config_json).ok();
    let Some(config) = config.filter(|config| !config.is_empty()) else { return String::new() };
    let file = Map::from_iter([("config".to_owned(), Value::Object(config))]);
    toml::to_string(&file).map_or_else(|_| String::new(), |text| format!("\n{text}"))
}

fn case(kind: &Kind, changed: &Changed, expecting: Expecting, number: usize) -> Case {
    let answer = match expecting {
        Expecting::Recorded => &changed.recorded,
        Expecting::New => &changed.answered,
    };
    let Kind { before, after, .. } = kind;
    let mut case = changed.case.clone();
    let asked = format!("{} {}", case.request.method, case.request.path);
    case.name = format!("replay {number}: {asked}: {before} became {after}");
    case.expect = expect(answer);
    if !changed.reads_clock {
        case.clock = None;
    }
    case
}

/// What of an answer a case can expect. A part with a withheld value is left out whole, as it is compared whole.
fn expect(answer: &Value) -> Expect {
    let Some(members) = answer.as_object() else { return Expect::default() };
    let kept = members.iter().filter(|(key, value)| {
        let of_fault = members.contains_key("fault") && *key == "outcome";
        !(of_fault || is_withheld(value) || value.is_null())
    });
    let kept: Map<String, Value> = kept.map(|(key, value)| (key.clone(), value.clone())).collect();
    serde_json::from_value(Value::Object(kept)).unwrap_or_default()
}

/// Whether a value, or one in it, was withheld.
fn is_withheld(value: &Value) -> bool {
    match value {
        Value::String(text) => text == WITHHELD,
        Value::Array(items) => items.iter().any(is_withheld),
        Value::Object(members) => members.values().any(is_withheld),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_withheld_value_is_not_expected() {
        let told = |answer: &Value| serde_json::to_value(expect(answer)).expect("JSON");
        let answer = json!({"outcome": "to", "upstream": "a", "path": null, "attributes": {"a": "1", "sub": WITHHELD}});
        assert_eq!(told(&answer), json!({"outcome": "to", "upstream": "a"}));
        assert_eq!(told(&json!({"outcome": "fault", "fault": "trap"})), json!({"fault": "trap"}));
        let whole = json!({"outcome": "forward", "set": {"a": "1"}, "append": {}, "remove": []});
        assert_eq!(told(&whole), whole);
        let two = json!({"outcome": "response", "append": {"set-cookie": [WITHHELD, "b=2"]}, "remove": []});
        assert_eq!(told(&two), json!({"outcome": "response", "remove": []}));
    }
}
