//! A policy's answer in the words of cases.toml, checked as the chain checks it.
//!
//! Never shows a refusal's message, which is prose, and never lets an answer pass that the chain would call a fault.

use http::HeaderMap;
use serde_json::{Map, Value, json};

use super::bindings::types::Refusal;
use super::bindings::{Action, Decision, HeaderOp, Outcome, Selection};
use super::exchange::{Attributes, Exchange};
use super::{contract, header_ops, verdict};
use crate::config::PluginLimits;

/// What part of the contract an answer breaks.
pub type Broken = String;

/// What a filter's operations are held to.
pub struct Rules<'a> {
    /// the prefix of the headers that no policy may set
    pub identity_prefix: &'a str,
    /// how much one call may return
    pub limits: &'a PluginLimits,
}

/// An answer that has words.
pub(super) trait Worded: Clone {
    /// The answer as facts.
    ///
    /// # Errors
    /// The part of the contract that it breaks.
    fn worded(self, exchange: &Exchange, rules: &Rules<'_>) -> Result<Value, Broken>;
}

impl Worded for Outcome {
    fn worded(self, exchange: &Exchange, _rules: &Rules<'_>) -> Result<Value, Broken> {
        of_outcome(self, exchange)
    }
}

impl Worded for Decision {
    fn worded(self, exchange: &Exchange, _rules: &Rules<'_>) -> Result<Value, Broken> {
        of_decision(self, exchange)
    }
}

impl Worded for Selection {
    fn worded(self, exchange: &Exchange, _rules: &Rules<'_>) -> Result<Value, Broken> {
        of_selection(self, exchange)
    }
}

impl Worded for Action {
    fn worded(self, exchange: &Exchange, rules: &Rules<'_>) -> Result<Value, Broken> {
        of_action(self, exchange, rules)
    }
}

impl Worded for Vec<HeaderOp> {
    fn worded(self, _exchange: &Exchange, rules: &Rules<'_>) -> Result<Value, Broken> {
        of_ops("response", &self, rules)
    }
}

/// An authenticator's answer; `authenticated` counts only after a `jwt.verify` that succeeded.
pub fn of_outcome(outcome: Outcome, exchange: &Exchange) -> Result<Value, Broken> {
    let verified = exchange.claims.is_some() || exchange.tokens.rehearsed().is_some_and(|case| case.verified);
    match outcome {
        Outcome::Authenticated(_) if !verified => Err("`authenticated` without a verified token".to_owned()),
        Outcome::Authenticated(given) => Ok(json!({"outcome": "authenticated", "attributes": attributes(given)?})),
        Outcome::Anonymous => Ok(json!({"outcome": "anonymous"})),
        Outcome::Refused(refusal) => refused(refusal, exchange),
    }
}

/// An authorizer's answer.
pub fn of_decision(decision: Decision, exchange: &Exchange) -> Result<Value, Broken> {
    match decision {
        Decision::Allow => Ok(json!({"outcome": "allow"})),
        Decision::Abstain => Ok(json!({"outcome": "abstain"})),
        Decision::Deny(refusal) => refused(refusal, exchange),
    }
}

/// A router's answer. Which upstreams a route lists is not known here.
pub fn of_selection(selection: Selection, exchange: &Exchange) -> Result<Value, Broken> {
    match selection {
        Selection::Default => Ok(json!({"outcome": "default"})),
        Selection::Refused(refusal) => refused(refusal, exchange),
        Selection::To(target) => {
            if !contract::is_canonical(&target) {
                return Err(contract::NOT_CANONICAL.to_owned());
            }
            let attributes = attributes(target.attributes)?;
            Ok(json!({"outcome": "to", "upstream": target.upstream, "path": target.path, "attributes": attributes}))
        }
    }
}

/// A filter's answer to a request.
pub fn of_action(action: Action, exchange: &Exchange, rules: &Rules<'_>) -> Result<Value, Broken> {
    match action {
        Action::Forward(ops) => of_ops("forward", &ops, rules),
        Action::Refused(refusal) => refused(refusal, exchange),
    }
}

/// Header operations by what happens to them, in order of their names.
pub fn of_ops(outcome: &str, ops: &[HeaderOp], rules: &Rules<'_>) -> Result<Value, Broken> {
    let (mut set, mut append, mut remove) = (Map::new(), Map::new(), Vec::new());
    for op in ops {
        match op {
            HeaderOp::Set((name, value)) => drop(set.insert(name.clone(), text(value))),
            HeaderOp::Append((name, value)) => drop(append.insert(name.clone(), text(value))),
            HeaderOp::Remove(name) => remove.push(name.clone()),
        }
    }
    remove.sort();
    let applied = header_ops::apply(ops, &mut HeaderMap::new(), rules.identity_prefix, rules.limits);
    applied.map_err(|fault| fault.to_string())?;
    Ok(json!({"outcome": outcome, "set": set, "append": append, "remove": remove}))
}

fn refused(refusal: Refusal, exchange: &Exchange) -> Result<Value, Broken> {
    let refused = verdict::refused(refusal, &exchange.headers)?;
    Ok(json!({"outcome": "refused", "status": refused.status.as_u16(), "code": refused.code}))
}

fn attributes(given: Vec<(String, String)>) -> Result<Map<String, Value>, Broken> {
    let (mut bounded, mut shown) = (Attributes::default(), Map::new());
    for (name, value) in given {
        if !bounded.set(name.clone(), value.clone()) {
            return Err("more or larger attributes than a request may carry".to_owned());
        }
        shown.insert(name, value.into());
    }
    Ok(shown)
}

fn text(value: &[u8]) -> Value {
    Value::String(String::from_utf8_lossy(value).into_owned())
}
