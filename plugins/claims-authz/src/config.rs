//! The `config` table as the operator writes it.
//!
//! Never judged here: `rule` and `condition` say what is wrong with it, and where.
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use witgate_plugin::ruling::{Effect, NoMatch};

/// What the operator wrote.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    /// What happens where no rule matches.
    #[serde(default)]
    pub default: NoMatch,
    /// Tried in order.
    pub rules: Vec<WrittenRule>,
}

/// One rule. Absent methods, paths and `when` match everything.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct WrittenRule {
    /// Unique; the log says it.
    pub name: String,
    pub effect: Effect,
    pub methods: Option<Vec<String>>,
    pub paths: Option<Vec<String>>,
    pub when: Option<WrittenCondition>,
    /// A denying rule's code; default `rule_denied`.
    pub code: Option<String>,
    /// A denying rule's message to the caller.
    pub message: Option<String>,
}

/// One condition: exactly one subject (claim, attribute, scope, all, any, not), and a test where the subject has a value.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct WrittenCondition {
    pub claim: Option<String>,
    pub attribute: Option<String>,
    pub scope: Option<String>,
    pub all: Option<Vec<WrittenCondition>>,
    pub any: Option<Vec<WrittenCondition>>,
    pub not: Option<Box<WrittenCondition>>,
    pub equals: Option<Value>,
    pub one_of: Option<Vec<Value>>,
    pub contains: Option<Value>,
    pub exists: Option<bool>,
}
