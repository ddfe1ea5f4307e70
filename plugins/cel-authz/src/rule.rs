//! Rules: an expression, and what follows where it holds.
//!
//! Never half-checked: a rule exists only when its name, expression, code and message are all sound.
use std::collections::BTreeSet;

use cel::{Context, Program, Value};
use witgate_plugin::{Refusal, contract};

use crate::config::{WrittenEffect, WrittenRule};
use crate::language::Language;
use crate::reason;

/// The code of a denying rule that names none.
pub const DENIED_CODE: &str = "rule_denied";
const DENIED_MESSAGE: &str = "You may not do this.";

/// A rule, checked.
pub struct Rule {
    pub name: String,
    pub effect: Effect,
    when: Program,
    written: String,
}

/// What a rule that holds does.
pub enum Effect {
    Allow,
    Deny(Refusal),
}

/// Checks all rules; an error names the rule by number and name, and the key.
pub fn compile(language: &Language, written: Vec<WrittenRule>) -> Result<Vec<Rule>, String> {
    if written.is_empty() {
        return Err("rules: there is none".to_owned());
    }
    let mut names = BTreeSet::new();
    let mut rules = Vec::with_capacity(written.len());
    for (index, rule) in written.into_iter().enumerate() {
        let label = format!("rules[{index}] (\"{}\")", rule.name);
        if rule.name.is_empty() || !names.insert(rule.name.clone()) {
            return Err(format!("{label}: name: must be unique and not empty"));
        }
        rules.push(Rule::compile(language, rule).map_err(|why| format!("{label}: {why}"))?);
    }
    Ok(rules)
}

impl Rule {
    /// Whether the expression holds for the request.
    ///
    /// # Errors
    /// Why nobody can tell, without a value of the request.
    pub fn holds(&self, request: &Context<'_, '_>) -> Result<bool, String> {
        match self.when.execute(request) {
            Ok(Value::Bool(holds)) => Ok(holds),
            Ok(_) => Err("it gives neither true nor false".to_owned()),
            Err(error) => Err(reason::of_failure(&error, &self.written)),
        }
    }

    fn compile(language: &Language, rule: WrittenRule) -> Result<Self, String> {
        let when = language.compile(&rule.when).map_err(|why| format!("when: {why}"))?;
        let effect = effect(rule.effect, rule.code, rule.message)?;
        Ok(Self { name: rule.name, effect, when, written: rule.when })
    }
}

fn effect(effect: WrittenEffect, code: Option<String>, message: Option<String>) -> Result<Effect, String> {
    if effect == WrittenEffect::Allow {
        return match code.map(|_| "code").or(message.map(|_| "message")) {
            None => Ok(Effect::Allow),
            Some(key) => Err(format!("{key}: only a rule with effect = \"deny\" has one")),
        };
    }
    let code = code.unwrap_or_else(|| DENIED_CODE.to_owned());
    contract::code(&code).map_err(|why| format!("code: {why}"))?;
    let message = message.unwrap_or_else(|| DENIED_MESSAGE.to_owned());
    contract::message(&message).map_err(|why| format!("message: {why}"))?;
    Ok(Effect::Deny(Refusal::forbidden(code, message)))
}
