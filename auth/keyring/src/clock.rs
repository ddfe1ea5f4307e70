//! The system's clock in the unit of tokens. Never read where a caller brings the time.

use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since 1970-01-01 UTC. A clock before that reads as 0: every token is then from the future, which fails closed,
/// and nothing that was revoked is forgotten.
pub(crate) fn now_unix() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
