//! The `config` table as the operator writes it.
//!
//! Never judged here: `stamp` says what is wrong with it, and where.
use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

/// What the operator wrote. Both sides are optional.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Config {
    /// What the upstream sees.
    pub request: WrittenStamps,
    /// What the client sees.
    pub response: WrittenStamps,
}

/// The changes of one direction.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct WrittenStamps {
    /// Header name to where its value comes from.
    pub set: BTreeMap<String, WrittenSource>,
    /// Header names.
    pub remove: Vec<String>,
}

/// Exactly one of the three.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct WrittenSource {
    /// A claim name or an RFC 6901 pointer.
    pub claim: Option<String>,
    pub attribute: Option<String>,
    /// A fixed value.
    pub value: Option<String>,
}
