//! How a plugin's instances are kept: alone or shared by calls, how many faults are borne, how long one serves.
//!
//! Never keeps anything itself: the policy host does.

use std::time::Duration;

/// What one instance may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Isolation {
    /// One warm instance after another request: fast; what a policy keeps in memory stays there.
    Instance,
    /// A fresh instance for each call.
    Request,
}

impl Isolation {
    /// Both, in the order of their cost.
    pub const ALL: [Self; 2] = [Self::Instance, Self::Request];

    /// The word used in gateway.toml.
    pub fn word(self) -> &'static str {
        match self {
            Self::Instance => "instance",
            Self::Request => "request",
        }
    }
}

/// What becomes of a request whose policy broke.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnFault {
    /// It is refused.
    Close,
    /// It goes on as if the policy were not there. Filters only.
    Skip,
}

impl OnFault {
    /// Both, the safe one first.
    pub const ALL: [Self; 2] = [Self::Close, Self::Skip];

    /// The word used in gateway.toml.
    pub fn word(self) -> &'static str {
        match self {
            Self::Close => "close",
            Self::Skip => "skip",
        }
    }
}

/// When a plugin that keeps breaking is not asked any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Breaker {
    /// So many faults within the window open it.
    pub faults: usize,
    /// The window.
    pub window: Duration,
    /// How long it stays open before one call tries again.
    pub open: Duration,
}

impl Default for Breaker {
    fn default() -> Self {
        Self { faults: 10, window: Duration::from_secs(10), open: Duration::from_secs(5) }
    }
}

/// When an instance that broke nothing is replaced all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recycle {
    /// After about so many calls; each instance has its own number, up to a tenth off.
    pub calls: u64,
    /// After this time.
    pub age: Duration,
    /// When it holds this much linear memory, in bytes.
    pub memory_bytes: usize,
}

impl Recycle {
    /// What holds where nothing is written, for instances that may have so much memory, in bytes.
    pub fn usual(most_memory: usize) -> Self {
        Self { calls: 100_000, age: Duration::from_secs(3600), memory_bytes: most_memory / 4 * 3 }
    }
}
