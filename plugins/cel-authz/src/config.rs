//! The `config` table as the operator writes it.
//!
//! Never judged here: `rule` says what is wrong with it, and where.
use schemars::JsonSchema;
use serde::Deserialize;
use witgate_plugin::ruling::{Effect, NoMatch};

/// What the operator wrote.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    /// What happens where no rule holds.
    #[serde(default)]
    pub default: NoMatch,
    /// Tried in order; the first that holds decides.
    pub rules: Vec<WrittenRule>,
}

/// One rule.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct WrittenRule {
    /// Unique; the log says it.
    pub name: String,
    /// The expression, which must give `true` or `false`.
    pub when: String,
    /// What follows where it gives `true`.
    pub effect: Effect,
    /// A denying rule's code; default `rule_denied`.
    pub code: Option<String>,
    /// A denying rule's message to the caller.
    pub message: Option<String>,
}
