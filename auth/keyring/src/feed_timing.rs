//! When a feed of revocations is fetched, and how long its word counts. Never a time without a bound.

use std::time::Duration;

/// When a feed of revocations is fetched, and how long its word counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedTiming {
    /// Pause between two polls, unless the server asks for a longer one.
    pub poll: Duration,
    /// Longest pause that the server's `max-age` can ask for.
    pub max_poll: Duration,
    /// One fetch takes at most this. How long a caller waits for the first one is [`crate::Timing::wait_deadline`].
    pub deadline: Duration,
    /// How long a snapshot counts when no later one can be had. Then no token of the issuer passes.
    pub max_stale: Duration,
}

impl Default for FeedTiming {
    fn default() -> Self {
        Self {
            poll: Duration::from_secs(2),
            max_poll: Duration::from_secs(15),
            deadline: Duration::from_secs(5),
            max_stale: Duration::from_secs(60),
        }
    }
}
