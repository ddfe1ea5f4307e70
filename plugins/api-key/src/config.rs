//! The `config` table as the operator writes it.
//!
//! Never holds a key: only digests, which tell nobody the key.
use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use witgate_plugin::bearer;

/// What the operator wrote.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    /// Where the key is. Its name must say that it is a credential.
    #[serde(default = "x_api_key")]
    pub header: String,
    /// The keys that are known.
    pub keys: Vec<WrittenKey>,
    /// What is demanded of the token beside the key: jwt-policy's config.
    #[serde(default)]
    pub token: bearer::Config,
}

/// One key.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct WrittenKey {
    /// Unique; it becomes the attribute `api-key.id`, and the log says it.
    pub id: String,
    /// SHA-256 of the key's text, as 64 hex digits.
    pub sha256: String,
    /// Attributes of requests with this key, beside those of the token.
    #[serde(default)]
    pub attributes: BTreeMap<String, String>,
    /// Whose tokens it goes with: `sub`. Left out: anybody's.
    pub subjects: Option<Vec<String>>,
    /// Until when it counts, RFC 3339. Needs `grants = { clock = true }`.
    pub expires: Option<String>,
}

fn x_api_key() -> String {
    "x-api-key".to_owned()
}
