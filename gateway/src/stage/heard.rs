//! What a stage heard from a policy.
//!
//! Never holds the value of a secret of its config.

use serde_json::Value;
use witgate_cases::{Difference, Expect, Line, faulted};

use crate::policy::fault::Fault;
use crate::policy::trace::Step;

/// The kind of what came of a case that cannot be asked.
const UNASKED: &str = "case";

/// The answer, and what led to it.
#[derive(Debug, Clone)]
pub struct Heard {
    /// in the words of cases.toml; else what broke, or why the case cannot be asked
    pub answer: Result<Value, String>,
    /// what broke, if anything: never shown as it is, it may hold secrets
    pub fault: Option<Fault>,
    /// what the policy read, verified and used
    pub step: Step,
    /// what it logged
    pub log: Vec<Line>,
}

impl Heard {
    /// Of a case that makes no request.
    pub(super) fn unasked(why: String) -> Self {
        Self { answer: Err(why), fault: None, step: Step::default(), log: Vec::new() }
    }

    /// The answer, or the fault in an answer's place.
    pub fn told(&self) -> Value {
        let kind = self.fault.as_ref().map_or(UNASKED, Fault::kind);
        self.answer.clone().unwrap_or_else(|why| faulted(kind, &why))
    }

    /// Its log as `expect.log` writes it.
    pub fn lines(&self) -> Vec<String> {
        self.log.iter().map(ToString::to_string).collect()
    }

    /// Everything that is not as expected.
    pub fn differences(&self, expect: &Expect) -> Vec<Difference> {
        expect.differences(&self.told(), &self.lines())
    }
}
