//! What a policy must answer, and where an answer differs.
//!
//! Never compares what a case does not write, but for the outcome.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::texts::Texts;

/// The parts of an answer that hold values by the names of headers, in any spelling.
const BY_HEADER: [&str; 2] = ["set", "append"];
/// The outcome of an answer that is none.
const FAULT: &str = "fault";

/// The expected answer: an outcome and what belongs to it, or a fault. What is not written is not compared.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// `authenticated`, `anonymous`, `allow`, `abstain`, `to`, `default`, `forward`, `response` or `refused`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// instead of an outcome: the kind of a fault, such as `trap`, `contract` or `cpu_ms`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// the status of a refusal
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// the code of a refusal
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// all attributes that are left for later policies
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attributes: Option<BTreeMap<String, String>>,
    /// the upstream that a router chooses
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upstream: Option<String>,
    /// the path that a router writes
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// all headers that a filter sets, as they are after its last operation
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set: Option<BTreeMap<String, String>>,
    /// all headers that a filter appends, each with its value or a list of them
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub append: Option<BTreeMap<String, Texts>>,
    /// all headers that a filter removes and does not set again
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remove: Option<Vec<String>>,
    /// lines that must be among those that were logged, each as a [`Line`](crate::Line) is written
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub log: Vec<String>,
}

/// One thing that is not as expected.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// the key of the answer, such as `code` or `set.x-tenant`
    pub key: String,
    /// what the case says; nothing where it says that there is none
    pub expected: Option<Value>,
    /// what came; nothing where there is none
    pub got: Option<Value>,
}

/// An answer that is none: a fault of this kind, in these words.
pub fn faulted(kind: &str, message: &str) -> Value {
    json!({"outcome": FAULT, "fault": kind, "message": message})
}

impl Expect {
    /// Everything that differs from an answer (JSON in the words of cases.toml, or [`faulted`]) and from what was logged.
    /// A case that expects an outcome never holds for a fault.
    pub fn differences(&self, answer: &Value, log: &[String]) -> Vec<Difference> {
        let mut differences = Vec::new();
        let wanted = self.wanted();
        for (key, expected) in &wanted {
            compare(key, Some(expected), answer.get(key), &mut differences);
        }
        if self.fault.is_none() && !wanted.contains_key("outcome") {
            let got = answer.get("outcome").cloned();
            differences.push(Difference { key: "outcome".to_owned(), expected: None, got });
        }
        if self.fault.is_none() && answer.get(FAULT).is_some() {
            let got = ["fault", "message"].map(|key| answer.get(key).and_then(Value::as_str).unwrap_or_default());
            differences.push(Difference { key: FAULT.to_owned(), expected: None, got: Some(got.join(": ").into()) });
        }
        let missing = self.log.iter().filter(|line| !log.contains(line));
        differences.extend(missing.map(|line| Difference {
            key: "log".to_owned(),
            expected: Some(line.clone().into()),
            got: (!log.is_empty()).then(|| log.into()),
        }));
        differences
    }

    /// What must be equal, by key.
    fn wanted(&self) -> Map<String, Value> {
        let all = serde_json::to_value(self).unwrap_or_default();
        let Value::Object(mut wanted) = all else { return Map::new() };
        wanted.remove("log");
        for part in BY_HEADER {
            if let Some(Value::Object(headers)) = wanted.get_mut(part) {
                *headers =
                    std::mem::take(headers).into_iter().map(|(name, it)| (name.to_ascii_lowercase(), it)).collect();
            }
        }
        if let Some(removed) = &self.remove {
            let names: BTreeSet<String> = removed.iter().map(|name| name.to_ascii_lowercase()).collect();
            wanted.insert("remove".to_owned(), names.into_iter().collect());
        }
        wanted
    }
}

/// Tables are told member by member.
fn compare(key: &str, expected: Option<&Value>, got: Option<&Value>, differences: &mut Vec<Difference>) {
    match (expected, got) {
        (Some(Value::Object(wanted)), Some(Value::Object(found))) => {
            let more = found.keys().filter(|name| !wanted.contains_key(*name));
            for name in wanted.keys().chain(more) {
                compare(&format!("{key}.{name}"), wanted.get(name), found.get(name), differences);
            }
        }
        (expected, got) if expected == got => {}
        (expected, got) => {
            differences.push(Difference { key: key.to_owned(), expected: expected.cloned(), got: got.cloned() });
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |value: &Option<Value>| value.as_ref().map_or_else(|| "nothing".to_owned(), Value::to_string);
        write!(f, "{}: expected {}, got {}", self.key, shown(&self.expected), shown(&self.got))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(expect: Value, answer: &Value, log: &[&str]) -> Vec<String> {
        let expect: Expect = serde_json::from_value(expect).expect("an expectation");
        let log: Vec<String> = log.iter().map(|line| (*line).to_owned()).collect();
        expect.differences(answer, &log).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_is_written_is_compared_and_nothing_else() {
        let answer = json!({"outcome": "refused", "status": 403, "code": "x"});
        assert!(told(json!({"outcome": "refused", "code": "x"}), &answer, &[]).is_empty());
        let differs = told(json!({"outcome": "allow", "code": "y", "path": "/"}), &answer, &[]);
        let expected = [
            "code: expected \"y\", got \"x\"",
            "outcome: expected \"allow\", got \"refused\"",
            "path: expected \"/\", got nothing",
        ];
        assert_eq!(differs, expected);
        assert_eq!(told(json!({}), &answer, &[]), ["outcome: expected nothing, got \"refused\""]);
    }

    #[test]
    fn tables_are_told_by_member_both_ways() {
        let answer = json!({"outcome": "forward", "set": {"a": "1", "b": "2"}, "remove": ["c"]});
        let expect = json!({"outcome": "forward", "set": {"a": "1", "d": "3"}, "remove": []});
        let expected = [
            "remove: expected [], got [\"c\"]",
            "set.d: expected \"3\", got nothing",
            "set.b: expected nothing, got \"2\"",
        ];
        assert_eq!(told(expect, &answer, &[]), expected);
    }

    #[test]
    fn names_of_headers_are_spelled_in_any_way() {
        let answer = json!({"outcome": "forward", "set": {"x-a": "1"}, "append": {"x-b": ["1", "2"], "x-c": "3"}, "remove": ["d", "e"]});
        let expect = json!({"outcome": "forward", "set": {"X-A": "1"}, "append": {"X-b": ["1", "2"], "x-c": ["3"]},
            "remove": ["E", "d"]});
        assert!(told(expect, &answer, &[]).is_empty());
        let fewer = json!({"outcome": "forward", "append": {"x-b": "2", "x-c": "3"}});
        assert_eq!(told(fewer, &answer, &[]), ["append.x-b: expected \"2\", got [\"1\",\"2\"]"]);
    }

    #[test]
    fn a_fault_is_only_what_expects_one() {
        let fault = faulted("trap", "unreachable");
        assert!(told(json!({"fault": "trap"}), &fault, &[]).is_empty());
        assert_eq!(told(json!({"fault": "cpu_ms"}), &fault, &[]), ["fault: expected \"cpu_ms\", got \"trap\""]);
        let expected =
            ["outcome: expected \"allow\", got \"fault\"", "fault: expected nothing, got \"trap: unreachable\""];
        assert_eq!(told(json!({"outcome": "allow"}), &fault, &[]), expected);
        assert_eq!(told(json!({"fault": "trap"}), &json!({"outcome": "allow"}), &[]).len(), 1);
        assert!(!told(json!({"outcome": "fault"}), &fault, &[]).is_empty(), "no outcome is a fault");
    }

    #[test]
    fn each_line_must_be_among_those_logged() {
        let answer = json!({"outcome": "allow"});
        let logged = "info denied rule=night code=late";
        let expect = json!({"outcome": "allow", "log": ["info denied rule=night code=late"]});
        assert!(told(expect.clone(), &answer, &["debug other", logged]).is_empty());
        assert_eq!(
            told(expect.clone(), &answer, &[]),
            ["log: expected \"info denied rule=night code=late\", got nothing"]
        );
        assert_eq!(told(expect, &answer, &["info denied"]).len(), 1);
    }
}
