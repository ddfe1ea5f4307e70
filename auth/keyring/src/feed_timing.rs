//! When a feed of revocations is fetched, and how long its word counts. Never a time without a bound.

use std::time::Duration;

/// When a feed of revocations is fetched, and how long its word counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedTiming {
    /// Pause between two polls of a feed without a cursor, unless the server asks for a longer one.
    pub poll: Duration,
    /// Longest pause that the server's `max-age` can ask for.
    pub max_poll: Duration,
    /// How long a server with a cursor may hold a poll back until something is new, in whole seconds.
    pub wait: Duration,
    /// One fetch takes at most this, and a poll that the server may hold back so much longer than `wait`. How long a
    /// caller waits for the first one is [`crate::Timing::wait_deadline`].
    pub deadline: Duration,
    /// Pause after a fetch that failed; it doubles with each further one.
    pub first_retry: Duration,
    /// Longest pause after fetches that failed.
    pub max_retry: Duration,
    /// From this age on the log and the metrics raise the alarm, and sensitive requests ask the issuer itself.
    pub alarm_after: Duration,
    /// How long a snapshot counts when no later word can be had. Then no token of the issuer passes.
    /// [`crate::IssuerConfig::revocations_max_stale`] says otherwise for one issuer.
    pub max_stale: Duration,
}

impl Default for FeedTiming {
    fn default() -> Self {
        Self {
            poll: Duration::from_secs(2),
            max_poll: Duration::from_secs(15),
            wait: Duration::from_secs(25),
            deadline: Duration::from_secs(5),
            first_retry: Duration::from_millis(100),
            max_retry: Duration::from_secs(2),
            alarm_after: Duration::from_secs(30),
            max_stale: Duration::from_secs(60),
        }
    }
}
