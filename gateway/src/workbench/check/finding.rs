//! What one check found.
//!
//! Never without a remedy where it failed.

use serde::Serialize;

/// How it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// as it must be
    Passed,
    /// nothing is wrong, but one should know
    Noted,
    /// it could not be looked at
    Skipped,
    /// the gateway would refuse it
    Failed,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// what was looked at: `component`, `world`, `imports`, `config`, `start`, `limits`, `refusals`
    pub check: &'static str,
    /// how it went
    pub outcome: Outcome,
    /// what was found
    pub says: String,
    /// what to do
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

impl Finding {
    pub(super) fn passed(check: &'static str, says: impl Into<String>) -> Self {
        Self { check, outcome: Outcome::Passed, says: says.into(), remedy: None }
    }

    pub(super) fn noted(check: &'static str, says: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { check, outcome: Outcome::Noted, says: says.into(), remedy: Some(remedy.into()) }
    }

    pub(super) fn skipped(check: &'static str, says: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { check, outcome: Outcome::Skipped, says: says.into(), remedy: Some(remedy.into()) }
    }

    pub(super) fn failed(check: &'static str, says: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { check, outcome: Outcome::Failed, says: says.into(), remedy: Some(remedy.into()) }
    }
}
