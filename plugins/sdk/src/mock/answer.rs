//! A policy's answer as JSON, in the words of cases.toml.
//!
//! Never shows a refusal's message: it is prose and may change.
use serde_json::{Map, Value, json};

use crate::types::{Action, Decision, HeaderOp, Outcome, Refusal, Selection};

/// An answer that the gateway would accept, or the fault that it would answer 500 to.
pub(super) fn of<A>(answer: Result<A, String>, words: impl FnOnce(A) -> Value) -> Value {
    match answer {
        Ok(answer) => words(answer),
        Err(how) => witgate_cases::faulted("contract", &how),
    }
}

pub(super) fn of_outcome(outcome: Outcome) -> Value {
    match outcome {
        Outcome::Authenticated(attributes) => json!({"outcome": "authenticated", "attributes": object(attributes)}),
        Outcome::Anonymous => json!({"outcome": "anonymous"}),
        Outcome::Refused(refusal) => refused(&refusal),
    }
}

pub(super) fn of_decision(decision: Decision) -> Value {
    match decision {
        Decision::Allow => json!({"outcome": "allow"}),
        Decision::Abstain => json!({"outcome": "abstain"}),
        Decision::Deny(refusal) => refused(&refusal),
    }
}

pub(super) fn of_selection(selection: Selection) -> Value {
    match selection {
        Selection::To(target) => json!({"outcome": "to", "upstream": target.upstream, "path": target.path,
            "attributes": object(target.attributes)}),
        Selection::Default => json!({"outcome": "default"}),
        Selection::Refused(refusal) => refused(&refusal),
    }
}

pub(super) fn of_action(action: Action) -> Value {
    match action {
        Action::Forward(ops) => of_ops("forward", &ops),
        Action::Refused(refusal) => refused(&refusal),
    }
}

/// Headers by what happens to them, in order of their names.
pub(super) fn of_ops(outcome: &str, ops: &[HeaderOp]) -> Value {
    let (mut set, mut append, mut remove) = (Map::new(), Map::new(), Vec::new());
    for op in ops {
        match op {
            HeaderOp::Set(name, value) => drop(set.insert(name.clone(), text(value))),
            HeaderOp::Append(name, value) => drop(append.insert(name.clone(), text(value))),
            HeaderOp::Remove(name) => remove.push(name.clone()),
        }
    }
    remove.sort();
    json!({"outcome": outcome, "set": set, "append": append, "remove": remove})
}

fn refused(refusal: &Refusal) -> Value {
    json!({"outcome": "refused", "status": refusal.status, "code": refusal.code})
}

fn object(pairs: Vec<(String, String)>) -> Map<String, Value> {
    pairs.into_iter().map(|(name, value)| (name, Value::String(value))).collect()
}

fn text(value: &[u8]) -> Value {
    Value::String(String::from_utf8_lossy(value).into_owned())
}
