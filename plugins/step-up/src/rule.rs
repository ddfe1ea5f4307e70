//! Rules: which requests, and what they demand.
//!
//! Never half-checked: a rule exists only when its name, methods, paths, demands and message are all sound.
use witgate_plugin::reach::{Methods, Reach};
use witgate_plugin::{contract, named};

use crate::config::WrittenRule;
use crate::demand::Demand;

/// A rule, checked.
#[derive(Debug)]
pub struct Rule {
    pub name: String,
    pub message: String,
    reach: Reach,
    demand: Demand,
}

/// Checks all rules; an error names the rule by number and name, and the key.
pub fn compile(written: Vec<WrittenRule>, leeway: u64) -> Result<Vec<Rule>, String> {
    if written.is_empty() {
        return Err("rules: there is none, so nothing is demanded".into());
    }
    named::each(written, ("rules", "name"), |rule| &rule.name, |rule| Rule::compile(rule, leeway))
}

impl Rule {
    /// The claim of the request under way that does not meet this rule.
    pub fn lacks(&self) -> Option<&'static str> {
        if self.reach.covers() { self.demand.lacks() } else { None }
    }

    fn compile(mut written: WrittenRule, leeway: u64) -> Result<Self, String> {
        let demand = Demand::compile(&mut written, leeway)?;
        let reach = Reach::of(written.methods, written.paths, Methods::GetCoversHead)?;
        let message = written.message.unwrap_or_else(|| demand.in_words());
        contract::message(&message).map_err(|why| format!("message: {why}"))?;
        Ok(Self { name: written.name, message, reach, demand })
    }
}
