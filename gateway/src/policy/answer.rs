//! A policy's answer in the words of cases.toml, checked as the chain checks it.
//!
//! Never shows a refusal's message, which is prose, and never lets an answer pass that the chain would call a fault.

use http::HeaderMap;
use serde_json::{Map, Value, json};
use witgate_cases::Headers;

use super::bindings::types::Refusal;
use super::bindings::{Action, Decision, HeaderOp, Outcome, Selection};
use super::exchange::Exchange;
use super::fault::Fault;
use super::{contract, header_ops, verdict};
use crate::config::PluginLimits;

/// What part of the contract an answer breaks.
pub type Broken = String;

/// What an answer is held to.
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
    fn worded(self, exchange: &Exchange, rules: &Rules<'_>) -> Result<Value, Broken> {
        of_outcome(self, exchange, rules)
    }
}

impl Worded for Decision {
    fn worded(self, exchange: &Exchange, _rules: &Rules<'_>) -> Result<Value, Broken> {
        of_decision(self, exchange)
    }
}

impl Worded for Selection {
    fn worded(self, exchange: &Exchange, rules: &Rules<'_>) -> Result<Value, Broken> {
        of_selection(self, exchange, rules)
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
pub fn of_outcome(outcome: Outcome, exchange: &Exchange, rules: &Rules<'_>) -> Result<Value, Broken> {
    let verified = exchange.claims.is_some() || exchange.tokens.rehearsed().is_some_and(|case| case.verified);
    match outcome {
        Outcome::Authenticated(_) if !verified => Err(told(contract::without_the_deed())),
        Outcome::Authenticated(given) => {
            Ok(json!({"outcome": "authenticated", "attributes": attributes(given, exchange, rules)?}))
        }
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
pub fn of_selection(selection: Selection, exchange: &Exchange, rules: &Rules<'_>) -> Result<Value, Broken> {
    match selection {
        Selection::Default => Ok(json!({"outcome": "default"})),
        Selection::Refused(refusal) => refused(refusal, exchange),
        Selection::To(target) => {
            if !contract::is_canonical(&target) {
                return Err(contract::NOT_CANONICAL.to_owned());
            }
            let attributes = attributes(target.attributes, exchange, rules)?;
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

/// Header operations by what becomes of each header, in order of their names.
pub fn of_ops(outcome: &str, ops: &[HeaderOp], rules: &Rules<'_>) -> Result<Value, Broken> {
    let applied = header_ops::apply(ops, &mut HeaderMap::new(), rules.identity_prefix, rules.limits);
    applied.map_err(told)?;
    let Headers { set, append, remove } = ops.iter().map(plain).collect();
    Ok(json!({"outcome": outcome, "set": set, "append": append, "remove": remove}))
}

fn plain(op: &HeaderOp) -> witgate_cases::HeaderOp<'_> {
    match op {
        HeaderOp::Set((name, value)) => witgate_cases::HeaderOp::Set(name, value),
        HeaderOp::Append((name, value)) => witgate_cases::HeaderOp::Append(name, value),
        HeaderOp::Remove(name) => witgate_cases::HeaderOp::Remove(name),
    }
}

fn refused(refusal: Refusal, exchange: &Exchange) -> Result<Value, Broken> {
    let refused = verdict::refused(refusal, &exchange.headers)?;
    Ok(json!({"outcome": "refused", "status": refused.status.as_u16(), "code": refused.code}))
}

/// Beside those that the request carries already.
fn attributes(
    given: Vec<(String, String)>,
    exchange: &Exchange,
    rules: &Rules<'_>,
) -> Result<Map<String, Value>, Broken> {
    let set = contract::set_attributes(&given, &mut exchange.attributes.clone(), rules.limits);
    set.map_err(told)?;
    Ok(given.into_iter().map(|(name, value)| (name, value.into())).collect())
}

/// In the words of the SDK's own check, which names what is wrong and no more.
fn told(fault: Fault) -> Broken {
    match fault {
        Fault::Contract(how) => how,
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::bindings::router;

    type Target = router::exports::witgate::policy::router::Target;

    fn pairs(count: usize) -> Vec<(String, String)> {
        (0..count).map(|number| (format!("a{number}"), "12345678".to_owned())).collect()
    }

    fn verified() -> Exchange {
        let case = crate::policy::rehearsed::Rehearsed { verified: true, ..Default::default() };
        Exchange { tokens: crate::policy::tokens::Tokens::Rehearsed(Box::new(case)), ..Exchange::vacant() }
    }

    #[test]
    fn attributes_are_held_to_the_plugins_own_limits() {
        let limits = PluginLimits { returned_headers: 2, returned_bytes: 25, ..PluginLimits::default() };
        let rules = Rules { identity_prefix: "x-", limits: &limits };
        let exchange = verified();
        let two = of_outcome(Outcome::Authenticated(pairs(2)), &exchange, &rules).expect("within the limits");
        assert_eq!(two["attributes"]["a1"], "12345678");
        let three = of_outcome(Outcome::Authenticated(pairs(3)), &exchange, &rules).expect_err("one too many");
        assert!(three.contains("returned-headers = 2"), "{three}");
        let target = Target { upstream: "a".into(), path: None, attributes: vec![("name".into(), "v".repeat(22))] };
        let long = of_selection(Selection::To(target), &exchange, &rules).expect_err("26 bytes");
        assert!(long.contains("returned-bytes = 25"), "{long}");
    }

    #[test]
    fn every_value_of_a_header_is_in_the_answer() {
        let rules = Rules { identity_prefix: "x-", limits: &PluginLimits::default() };
        let append = |value: &str| HeaderOp::Append(("Set-Cookie".into(), value.into()));
        let both = of_ops("response", &[append("a=1"), append("b=2")], &rules).expect("an answer");
        assert_eq!(both["append"], json!({"set-cookie": ["a=1", "b=2"]}));
        assert_ne!(both, of_ops("response", &[append("b=2")], &rules).expect("an answer"));
        let [set, remove] = [HeaderOp::Set(("a".into(), b"1".to_vec())), HeaderOp::Remove("A".into())];
        let gone = of_ops("response", &[set.clone(), remove.clone()], &rules).expect("an answer");
        assert_ne!(gone, of_ops("response", &[remove, set], &rules).expect("an answer"));
    }

    #[test]
    fn attributes_count_beside_those_that_the_request_carries() {
        let limits = PluginLimits { returned_headers: 1000, returned_bytes: 1 << 20, ..PluginLimits::default() };
        let rules = Rules { identity_prefix: "x-", limits: &limits };
        let mut exchange = verified();
        let mut carried = 0;
        while exchange.attributes.set(format!("c{carried}").into(), String::new()) {
            carried += 1;
        }
        let more = of_outcome(Outcome::Authenticated(pairs(1)), &exchange, &rules).expect_err("the request is full");
        assert!(more.contains("than a request may carry"), "{more}");
    }
}
