//! One line of a recording: a question to a policy, and its answer.
//!
//! Never holds a token, a credential or a claim that is not on the list: it names what it withholds.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use witgate_cases::Case;

/// The form of the lines that this gateway writes, and the only one that it reads.
pub const VERSION: u32 = 1;

/// See the module.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// [`VERSION`]
    pub version: u32,
    /// when the policy was asked
    pub at: Timestamp,
    /// the request's id, as in the access log and in `X-Request-Id`
    pub request_id: String,
    /// the number of the generation that answered
    pub generation: u64,
    /// the plugin's name in gateway.toml
    pub plugin: String,
    /// its world: `authenticator`, `authorizer`, `router` or `filter`
    pub role: String,
    /// the function of the contract, such as `on-request`
    pub call: String,
    /// SHA-256 of the component
    pub digest: String,
    /// SHA-256 of its config as JSON, with the names of secrets in place of their values
    pub config_digest: String,
    /// the question, in the words of cases.toml
    pub case: Case,
    /// the inputs that the case answers, each as a kind and a name, such as `header x-tenant`: what of them is not in
    /// the case was absent. `claim NAME` answers for what lies below it, and `scope` without a name for every scope
    pub known: Vec<String>,
    /// the inputs and parts of the answer that were there and are not written
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hidden: Vec<String>,
    /// the answer in the words of cases.toml, unless it broke
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Value>,
    /// how it broke, such as `trap`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
}

#[cfg(test)]
impl Line {
    /// A line of nothing.
    pub(crate) fn empty() -> Self {
        Self {
            version: VERSION,
            at: Timestamp::UNIX_EPOCH,
            request_id: String::new(),
            generation: 1,
            plugin: String::new(),
            role: String::new(),
            call: String::new(),
            digest: String::new(),
            config_digest: String::new(),
            case: Case::default(),
            known: Vec::new(),
            hidden: Vec::new(),
            answer: None,
            fault: None,
        }
    }
}
