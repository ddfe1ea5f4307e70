//! Rules: what a request must look like, what must hold, and what follows.
//!
//! Never half-checked: a rule exists only when its name, methods, paths, condition and code are all sound.
use witgate_plugin::reach::{Methods, Reach};
use witgate_plugin::{Refusal, RequestHead, contract, named};

use crate::condition::Condition;
use crate::config::{WrittenEffect, WrittenRule};

/// The code of a denying rule that names none.
pub const DENIED_CODE: &str = "rule_denied";
const DENIED_MESSAGE: &str = "You may not do this.";

/// A rule, checked.
#[derive(Debug)]
pub struct Rule {
    pub name: String,
    pub effect: Effect,
    reach: Reach,
    when: Option<Condition>,
}

/// What a matching rule does.
#[derive(Debug)]
pub enum Effect {
    Allow,
    Deny(Refusal),
}

/// Checks all rules; an error names the rule by number and name, and the key.
pub fn compile(written: Vec<WrittenRule>) -> Result<Vec<Rule>, String> {
    named::each(written, ("rules", "name"), |rule| &rule.name, Rule::compile)
}

impl Rule {
    /// Whether this rule decides the request under way.
    pub fn matches(&self, head: &RequestHead) -> bool {
        self.reach.covers(head) && self.when.as_ref().is_none_or(Condition::holds)
    }

    fn compile(written: WrittenRule) -> Result<Self, String> {
        let effect = effect(written.effect, written.code, written.message)?;
        let methods = match written.effect {
            WrittenEffect::Allow => Methods::Exact,
            WrittenEffect::Deny => Methods::GetCoversHead,
        };
        let reach = Reach::of(written.methods, written.paths, methods)?;
        let when = written.when.map(|condition| Condition::compile(condition, "when")).transpose()?;
        Ok(Self { name: written.name, effect, reach, when })
    }
}

fn effect(effect: WrittenEffect, code: Option<String>, message: Option<String>) -> Result<Effect, String> {
    if effect == WrittenEffect::Allow {
        return match (code, message) {
            (None, None) => Ok(Effect::Allow),
            (Some(_), _) => Err("code: only a rule with effect = \"deny\" has one".into()),
            (None, Some(_)) => Err("message: only a rule with effect = \"deny\" has one".into()),
        };
    }
    let code = code.unwrap_or_else(|| DENIED_CODE.to_owned());
    contract::code(&code).map_err(|why| format!("code: {why}"))?;
    let message = message.unwrap_or_else(|| DENIED_MESSAGE.to_owned());
    contract::message(&message).map_err(|why| format!("message: {why}"))?;
    Ok(Effect::Deny(Refusal::forbidden(code, message)))
}
