//! What compiling one component may use, as the parent and its child agree on it.
//!
//! Never unbounded: each limit has a value, configured or fixed here.

use std::time::Duration;

use clap::Args;

use crate::config::CompileLimits;

/// The largest compiled component, in bytes. A Python component of 40 MB becomes about 150 MB.
const ARTEFACT_BYTES: u64 = 1 << 30;
/// How much longer than its CPU time a compiler may run, as a factor: it has a low priority and may have to wait.
const WALL_FACTOR: u32 = 4;

/// The limits of one compiling process. They travel on its command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Args)]
pub struct Budget {
    /// CPU time, in seconds
    #[arg(long)]
    pub cpu_seconds: u64,
    /// Address space, in bytes
    #[arg(long)]
    pub memory_bytes: u64,
    /// Compiled code, in bytes
    #[arg(long)]
    pub artefact_bytes: u64,
}

impl Budget {
    /// The budget of the operator's limits.
    pub fn of(limits: &CompileLimits) -> Self {
        Self { cpu_seconds: limits.cpu.as_secs(), memory_bytes: limits.memory_bytes, artefact_bytes: ARTEFACT_BYTES }
    }

    /// How long the parent waits for its child.
    pub(super) fn wall(&self) -> Duration {
        Duration::from_secs(self.cpu_seconds) * WALL_FACTOR
    }

    /// The arguments that [`Args`] reads again.
    pub(super) fn arguments(&self) -> [String; 3] {
        [
            format!("--cpu-seconds={}", self.cpu_seconds),
            format!("--memory-bytes={}", self.memory_bytes),
            format!("--artefact-bytes={}", self.artefact_bytes),
        ]
    }
}
