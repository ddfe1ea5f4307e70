//! Rules: an expression, and what follows where it holds.
//!
//! Never half-checked: a rule exists only when its name, expression, code and message are all sound.
use cel::{Context, Value};
use witgate_plugin::named;
use witgate_plugin::ruling::Ruling;

use crate::config::WrittenRule;
use crate::language::{Expression, Language};
use crate::reason;

/// A rule, checked.
pub struct Rule {
    pub name: String,
    pub ruling: Ruling,
    when: Expression,
    written: String,
}

/// Checks all rules; an error names the rule by number and name, and the key.
pub fn compile(language: &Language, written: Vec<WrittenRule>) -> Result<Vec<Rule>, String> {
    if written.is_empty() {
        return Err("rules: there is none".to_owned());
    }
    named::each(written, ("rules", "name"), |rule| &rule.name, |rule| Rule::compile(language, rule))
}

impl Rule {
    /// Whether the expression holds for the request.
    ///
    /// # Errors
    /// Why nobody can tell, without a value of the request.
    pub fn holds(&self, context: &Context<'_, '_>) -> Result<bool, String> {
        match self.when.evaluate(context) {
            Ok(Value::Bool(holds)) => Ok(holds),
            Ok(_) => Err("it gives neither true nor false".to_owned()),
            Err(error) => Err(reason::of_failure(&error, &self.written)),
        }
    }

    fn compile(language: &Language, rule: WrittenRule) -> Result<Self, String> {
        let when = language.compile(&rule.when).map_err(|why| format!("when: {why}"))?;
        let ruling = Ruling::of(rule.effect, rule.code, rule.message)?;
        Ok(Self { name: rule.name, ruling, when, written: rule.when })
    }
}
