//! What can go wrong inside a policy, as opposed to what a policy decides.
//!
//! Never carries a header value, a token or a claim: a trap's text names code places only.

use http::StatusCode;
use thiserror::Error;

use super::limits::Exceeded;
use crate::refusal::Refused;

/// A policy broke; the request is refused (closed), the instance thrown away.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Fault {
    /// it trapped: a panic, an unreachable, an out-of-bounds access, or a WASI call that is not granted
    #[error("trapped: {0}")]
    Trap(String),
    /// it used more of something than it may
    #[error("{0}")]
    Limit(Exceeded),
    /// it decided something it may not decide
    #[error("broke the contract: {0}")]
    Contract(String),
    /// a fresh instance could not be made
    #[error("could not be started again: {0}")]
    Start(String),
    /// it is not asked now
    #[error("is unavailable: it {why}")]
    Unavailable {
        /// what it did
        why: &'static str,
        /// when to come again, in seconds
        retry_after: u32,
    },
}

impl Fault {
    /// A stable word for metrics.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Trap(_) => "trap",
            Self::Limit(exceeded) => exceeded.limit.kind(),
            Self::Contract(_) => "contract",
            Self::Start(_) => "start",
            Self::Unavailable { .. } => "unavailable",
        }
    }

    /// The refusal that a fault becomes: 500, or 503 while the policy is not asked; always closed.
    pub fn refuse(&self, plugin: &str) -> Refused {
        let refused = match self {
            Self::Unavailable { retry_after, .. } => Refused::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "policy_unavailable",
                "A policy of this route is unavailable.",
            )
            .retry_after(*retry_after),
            _ => Refused::new(StatusCode::INTERNAL_SERVER_ERROR, "policy_fault", "A policy of this route failed."),
        };
        refused.because(format!("plugin `{plugin}` {self}"))
    }
}

impl From<Exceeded> for Fault {
    fn from(exceeded: Exceeded) -> Self {
        Self::Limit(exceeded)
    }
}
