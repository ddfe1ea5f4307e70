//! What one call of one policy read, verified, said and decided.
//!
//! Never holds a credential: values come in as they may be shown.

use serde::{Deserialize, Serialize};

use crate::policy::decision::Summary;

/// One call.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Step {
    /// the plugin's name in gateway.toml
    pub plugin: String,
    /// its world
    pub role: String,
    /// the function of the contract
    pub call: String,
    /// SHA-256 of the component
    pub digest: String,
    /// in the order of reading, each once
    pub reads: Vec<Read>,
    /// true when it read more than fits
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reads_cut: bool,
    /// each `jwt.verify`
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub verifications: Vec<Verification>,
    /// its lines in the operator's log
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub log: Vec<String>,
    /// what it answered, unless it is still at it
    pub decision: Option<Summary>,
    /// what broke, if anything
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// the thread's CPU time, in microseconds
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_micros: Option<u64>,
    /// linear memory of the instance after the call, in bytes
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_bytes: Option<usize>,
}

/// One thing that a policy asked the host for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Read {
    /// what kind of thing, such as `header` or `claim`
    pub what: String,
    /// which one; empty where there is only one
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// its value as it may be shown; nothing where it was absent
    pub value: Option<String>,
}

/// The outcome of a verification that went well.
pub const VERIFIED: &str = "verified";

/// One verification of the request's token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verification {
    /// the issuer profile in gateway.toml
    pub profile: String,
    /// `verified`, or the precise reason, which no caller is told
    pub outcome: String,
    /// what the policy was told instead: a word of `jwt.failure`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    /// the claims that the policy demanded
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub required: Vec<String>,
}
