//! What can go wrong inside a policy, as opposed to what a policy decides.
//!
//! Never carries a header value, a token or a claim: a trap's text names code places only.

use std::time::Duration;

use http::StatusCode;
use thiserror::Error;

use crate::refusal::Refused;

/// A policy broke; the request is refused (closed), the instance thrown away.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Fault {
    /// it trapped: a panic, an unreachable, an out-of-bounds access, or a WASI call that is not granted
    #[error("trapped: {0}")]
    Trap(String),
    /// it used more CPU time than one call may
    #[error("used more than its {} ms of CPU time in one call", .0.as_millis())]
    CpuTime(Duration),
    /// it asked for more linear memory than it may have, and then died
    #[error("asked for more than its {0} bytes of memory")]
    Memory(usize),
    /// it decided something it may not decide
    #[error("broke the contract: {0}")]
    Contract(String),
    /// a fresh instance could not be made
    #[error("could not be started again: {0}")]
    Start(String),
}

impl Fault {
    /// A stable word for metrics.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Trap(_) => "trap",
            Self::CpuTime(_) => "cpu_time",
            Self::Memory(_) => "memory",
            Self::Contract(_) => "contract",
            Self::Start(_) => "start",
        }
    }

    /// The refusal that a fault becomes: always 500, always closed.
    pub fn refuse(&self, plugin: &str) -> Refused {
        Refused::new(StatusCode::INTERNAL_SERVER_ERROR, "policy_fault", "A policy of this route failed.")
            .because(format!("plugin `{plugin}` {self}"))
    }
}
