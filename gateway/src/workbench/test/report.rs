//! What came of testing, as facts: the document of `--json`, and what the text is made of.
//!
//! Never holds the value of a secret of a plugin's config.

use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use super::advice::Advice;
use crate::policy::trace::{Read, Verification};

/// Everything that was tested.
#[derive(Debug, Serialize)]
pub struct Report {
    /// in the order in which they were named
    pub plugins: Vec<PluginReport>,
    /// cases that hold
    pub passed: usize,
    /// cases that do not, and policies that could not be asked
    pub failed: usize,
    /// all of it, in microseconds
    pub micros: u64,
}

/// One policy.
#[derive(Debug, Serialize)]
pub struct PluginReport {
    /// how it is called
    pub name: String,
    /// where its component is
    pub component: String,
    /// where its cases are
    pub cases_file: String,
    /// SHA-256 of the component
    pub digest: String,
    /// what was granted for the cases' sake, where no entry says what is granted
    pub granted: Vec<String>,
    /// why no case could be asked
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// in the order of the file
    pub cases: Vec<CaseReport>,
    /// what no case reached; nothing where only some cases were asked
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unreached: Option<Unreached>,
}

/// Codes and rules that no case reached.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Unreached {
    /// of those that the component says it can answer
    pub codes: Vec<String>,
    /// of those that a config names
    pub rules: Vec<String>,
    /// rules that no log line names and that were not tried either, for there are too many
    pub untried: Vec<String>,
}

/// One case.
#[derive(Debug, Serialize)]
pub struct CaseReport {
    /// its name
    pub name: String,
    /// what came of it
    pub verdict: Verdict,
    /// the call on a new instance, in microseconds on the wall
    pub micros: u64,
    /// each key that differs
    pub differences: Vec<Differs>,
    /// what broke, and what to do
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<Advice>,
    /// an answer that depends on what ran before
    #[serde(skip_serializing_if = "Option::is_none")]
    pub leak: Option<Leak>,
    /// what it read
    pub reads: Vec<Read>,
    /// each token that it had verified
    pub verifications: Vec<Verification>,
    /// what it logged, as `expect.log` has it
    pub log: Vec<String>,
    /// its answer
    pub answer: Value,
}

/// Whether a case holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// it holds
    Passed,
    /// it does not
    Failed,
}

/// One key that is not as expected.
#[derive(Debug, Serialize)]
pub struct Differs {
    /// such as `code` or `set.x-tenant`
    pub key: String,
    /// nothing where the case says that there is none
    pub expected: Option<Value>,
    /// nothing where there is none
    pub got: Option<Value>,
}

/// Two answers to one question.
#[derive(Debug, Serialize)]
pub struct Leak {
    /// of a new instance: the answer, and its log
    pub alone: (Value, Vec<String>),
    /// of one that answered others before
    pub reused: (Value, Vec<String>),
    /// which case it answered before
    pub after: String,
    /// whether that case alone is enough; else it was the last of several
    pub enough: bool,
}

impl Report {
    pub(super) fn of(plugins: Vec<PluginReport>, took: Duration) -> Self {
        let count = |verdict| plugins.iter().flat_map(|one| &one.cases).filter(|case| case.verdict == verdict).count();
        let (passed, failed) = (count(Verdict::Passed), count(Verdict::Failed));
        let unasked = plugins.iter().filter(|plugin| plugin.fault.is_some()).count();
        Self { passed, failed: failed + unasked, micros: micros(took), plugins }
    }

    /// Whether every case holds, and there was one.
    pub fn is_good(&self) -> bool {
        self.failed == 0 && self.passed > 0
    }

    /// Whether each code and each rule is known to be reached.
    pub fn is_covered(&self) -> bool {
        self.plugins.iter().filter_map(|plugin| plugin.unreached.as_ref()).all(|one| *one == Unreached::default())
    }
}

/// For a document: whole microseconds.
pub(super) fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
