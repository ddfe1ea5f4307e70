//! The `config` table as the operator writes it.
//!
//! Never judged here: `rule` and `weight` say what is wrong with it, and where.
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

/// What the operator wrote.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    /// Tried in order; the first match decides.
    #[serde(default)]
    pub rules: Vec<WrittenRule>,
    /// Where the rest goes, by weight.
    pub split: Option<Vec<Share>>,
    /// What happens where no rule matches and there is no split.
    #[serde(default)]
    pub fallback: Fallback,
}

/// What happens where nothing else decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Fallback {
    /// The route's own upstream.
    #[default]
    Default,
    /// 403 `no_upstream_matched`.
    Refuse,
}

/// One rule: an upstream for the requests that pass the test.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct WrittenRule {
    pub when: WrittenTest,
    pub upstream: String,
}

/// Exactly one subject (claim, attribute, header), exactly one of equals, one-of and contains.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct WrittenTest {
    pub claim: Option<String>,
    pub attribute: Option<String>,
    pub header: Option<String>,
    pub equals: Option<Value>,
    pub one_of: Option<Vec<Value>>,
    /// An item of a claim that is a list, or the claim itself.
    pub contains: Option<Value>,
}

/// One part of the split.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Share {
    pub upstream: String,
    /// Relative to the sum of all; 0 sends nothing there.
    pub weight: u32,
}
