//! The `config` table as the operator writes it.
//!
//! Never judged here: `rule` says what is wrong with it, and where.
use schemars::JsonSchema;
use serde::Deserialize;

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

/// What happens where no rule holds. There is no `allow` here, on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema, Default)]
#[serde(rename_all = "kebab-case")]
pub enum NoMatch {
    /// 403 `no_rule_matched`.
    #[default]
    Deny,
    /// The next authorizer decides; a chain that ends without an allow is a refusal.
    Abstain,
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
    pub effect: WrittenEffect,
    /// A denying rule's code; default `rule_denied`.
    pub code: Option<String>,
    /// A denying rule's message to the caller.
    pub message: Option<String>,
}

/// What a rule that holds does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WrittenEffect {
    /// The request may go on.
    Allow,
    /// 403 with the rule's code.
    Deny,
}
