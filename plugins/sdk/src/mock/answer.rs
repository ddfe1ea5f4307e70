//! A policy's answer as JSON, in the words of cases.toml.
//!
//! Never shows a refusal's message: it is prose and may change.
use serde_json::{Map, Value, json};
use witgate_cases::Headers;

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

/// Headers by what becomes of them, in order of their names.
pub(super) fn of_ops(outcome: &str, ops: &[HeaderOp]) -> Value {
    let Headers { set, append, remove } = ops.iter().map(plain).collect();
    json!({"outcome": outcome, "set": set, "append": append, "remove": remove})
}

fn plain(op: &HeaderOp) -> witgate_cases::HeaderOp<'_> {
    match op {
        HeaderOp::Set(name, value) => witgate_cases::HeaderOp::Set(name, value),
        HeaderOp::Append(name, value) => witgate_cases::HeaderOp::Append(name, value),
        HeaderOp::Remove(name) => witgate_cases::HeaderOp::Remove(name),
    }
}

fn refused(refusal: &Refusal) -> Value {
    json!({"outcome": "refused", "status": refusal.status, "code": refusal.code})
}

fn object(pairs: Vec<(String, String)>) -> Map<String, Value> {
    pairs.into_iter().map(|(name, value)| (name, Value::String(value))).collect()
}
