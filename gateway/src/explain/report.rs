//! One explained request as a document: what was asked, what every policy did, and the answer.
//!
//! Never holds a query, a body or a credential.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::policy::trace::{Record, Trace};
use crate::refusal::Refused;

/// The document.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Report {
    /// also in the response's `x-request-id` and in the log
    pub request_id: String,
    /// the number of the generation that answered; 0 offline
    pub generation: u64,
    /// when it was answered
    pub at: Timestamp,
    /// everything on the way
    #[serde(flatten)]
    pub record: Record,
    /// how it ended
    pub answer: Answer,
}

/// How a request ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// of the response; nothing offline, where no upstream is asked
    pub status: Option<u16>,
    /// of a refusal
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// what the caller is told
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// what was wrong with the token, precisely
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_refusal: Option<String>,
    /// what the operator is told
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
}

impl Answer {
    /// It went to the upstream, which answered so; offline nothing was asked.
    pub fn forwarded(status: Option<u16>) -> Self {
        Self { status, code: None, message: None, token_refusal: None, cause: None }
    }

    /// It was refused here.
    pub fn refused(refused: &Refused) -> Self {
        Self {
            status: Some(refused.status.as_u16()),
            code: Some(refused.code.to_string()),
            message: Some(refused.message.to_string()),
            token_refusal: refused.token_refusal.map(str::to_owned),
            cause: refused.cause.clone(),
        }
    }

    /// Whether the gateway itself refused.
    pub fn is_refusal(&self) -> bool {
        self.code.is_some()
    }
}

impl Report {
    /// The document of a request that has ended.
    pub fn of(request_id: String, generation: u64, trace: &Trace, answer: Answer) -> Self {
        Self { request_id, generation, at: Timestamp::now(), record: trace.record(), answer }
    }
}
