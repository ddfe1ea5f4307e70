//! What no case reached: codes that the component says it can answer, and rules that a config names.
//!
//! Never guesses: a rule counts as reached where a log line names it, or where the cases would notice if it were gone; one
//! that was not tried is told as such.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::leak::Asked;
use super::report::Unreached;
use crate::stage::{Piece, Stage};
use crate::workbench::host::Host;

/// The key of the config schema that lists the codes.
const CODES: &str = "x-witgate-codes";
/// The list of a config whose items are rules, each with a `name`.
const RULES: &str = "rules";
/// The field of a log line that names the rule.
const RULE_FIELD: &str = "rule";
/// How many rules are tried by taking them away: each is one start, and every case once more.
pub(super) const MOST_TRIED: usize = 200;

/// The cases that were asked, by their config.
pub(super) type Groups<'c> = BTreeMap<String, Vec<Asked<'c>>>;

/// Codes, and rules of the file's own config, that none of them reached; without one, rules of the cases' configs.
pub(super) fn unreached(
    host: &Host,
    piece: &Piece<'_>,
    (schema, own): (Option<&str>, Option<&str>),
    groups: &Groups<'_>,
) -> Unreached {
    let asked = || groups.values().flatten();
    let answered: BTreeSet<String> =
        asked().filter_map(|one| one.fresh.told()["code"].as_str().map(str::to_owned)).collect();
    let codes = codes(schema).into_iter().filter(|code| !answered.contains(code)).collect();
    let logged: BTreeSet<&str> =
        asked().flat_map(|one| &one.fresh.log).filter_map(|line| line.field(RULE_FIELD)).collect();
    let mut rules: BTreeMap<String, Reach> = BTreeMap::new();
    let mut tried = 0;
    for (config, cases) in groups.iter().filter(|(config, _)| own.is_none_or(|own| own == config.as_str())) {
        for (index, name) in names(config).into_iter().enumerate() {
            let Some(name) = name else { continue };
            let known = rules.get(&name) == Some(&Reach::Reached) || logged.contains(name.as_str());
            tried += usize::from(!known);
            let reach = match known {
                true => Reach::Reached,
                false if tried > MOST_TRIED => Reach::Untried,
                false if is_missed(host, piece, config, index, cases) => Reach::Reached,
                false => Reach::Unreached,
            };
            rules.insert(name, reach);
        }
    }
    let named = |wanted| rules.iter().filter(|(_, reach)| **reach == wanted).map(|(name, _)| name.clone()).collect();
    Unreached { codes, rules: named(Reach::Unreached), untried: named(Reach::Untried) }
}

/// What is known of a rule.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    Reached,
    Unreached,
    /// there are more rules than are tried
    Untried,
}

fn codes(schema: Option<&str>) -> Vec<String> {
    let schema: Option<Value> = schema.and_then(|text| serde_json::from_str(text).ok());
    let listed = schema.as_ref().and_then(|schema| schema[CODES].as_array());
    listed.into_iter().flatten().filter_map(|code| code.as_str().map(str::to_owned)).collect()
}

/// The name of each rule, nothing for one without.
fn names(config: &str) -> Vec<Option<String>> {
    let config: Value = serde_json::from_str(config).unwrap_or_default();
    let rules = config[RULES].as_array().cloned().unwrap_or_default();
    rules.iter().map(|rule| rule["name"].as_str().map(str::to_owned)).collect()
}

/// Whether an answer changes when the rule is gone. A config that is refused without it says nothing against it.
fn is_missed(host: &Host, piece: &Piece<'_>, config: &str, rule: usize, cases: &[Asked<'_>]) -> bool {
    let Some(config) = without(config, rule) else { return true };
    let Some(first) = cases.first() else { return false };
    let Ok(stage) = Stage::for_case(piece, &config, first.case) else { return true };
    cases.iter().any(|one| host.runtime().block_on(stage.ask(one.case)).told() != one.fresh.told())
}

fn without(config: &str, rule: usize) -> Option<String> {
    let mut config: Value = serde_json::from_str(config).ok()?;
    config[RULES].as_array_mut()?.remove(rule);
    Some(config.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_rules_are_found_where_they_are() {
        assert_eq!(codes(Some(r#"{"x-witgate-codes": ["a", 1, "b"]}"#)), ["a", "b"]);
        assert!(codes(Some("no JSON")).is_empty() && codes(None).is_empty());
        let config = r#"{"rules": [{"name": "a"}, {}, {"name": "b"}]}"#;
        assert_eq!(names(config), [Some("a".to_owned()), None, Some("b".to_owned())]);
        assert!(names(r#"{"rules": 1}"#).is_empty());
        assert_eq!(without(config, 1).as_deref(), Some(r#"{"rules":[{"name":"a"},{"name":"b"}]}"#));
    }
}
