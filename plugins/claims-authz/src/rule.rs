//! Rules: what a request must look like, what must hold, and what follows.
//!
//! Never half-checked: a rule exists only when its name, methods, paths, condition and code are all sound.
use witgate_plugin::named;
use witgate_plugin::reach::{Methods, Reach};
use witgate_plugin::ruling::{Effect, Ruling};

use crate::condition::Condition;
use crate::config::WrittenRule;

/// A rule, checked.
#[derive(Debug)]
pub struct Rule {
    pub name: String,
    pub ruling: Ruling,
    reach: Reach,
    when: Option<Condition>,
}

/// Checks all rules; an error names the rule by number and name, and the key.
pub fn compile(written: Vec<WrittenRule>) -> Result<Vec<Rule>, String> {
    named::each(written, ("rules", "name"), |rule| &rule.name, Rule::compile)
}

impl Rule {
    /// Whether this rule decides the request under way.
    pub fn matches(&self) -> bool {
        self.reach.covers() && self.when.as_ref().is_none_or(Condition::holds)
    }

    fn compile(written: WrittenRule) -> Result<Self, String> {
        let ruling = Ruling::of(written.effect, written.code, written.message)?;
        let methods = match written.effect {
            Effect::Allow => Methods::Exact,
            Effect::Deny => Methods::GetCoversHead,
        };
        let reach = Reach::of(written.methods, written.paths, methods)?;
        let when = written.when.map(|condition| Condition::compile(condition, "when")).transpose()?;
        Ok(Self { name: written.name, ruling, reach, when })
    }
}
