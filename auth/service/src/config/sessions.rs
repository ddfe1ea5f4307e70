//! How long sessions live. Never reads a clock.

use crate::clock::UnixSeconds;

/// How long sessions live, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionLimits {
    /// A refresh token that is not used for this long is void.
    pub idle: UnixSeconds,
    /// A session ends this long after signing in, used or not.
    pub absolute: UnixSeconds,
}

impl SessionLimits {
    /// When a refresh token of now expires.
    pub fn token_expiry(&self, session_created: UnixSeconds, now: UnixSeconds) -> UnixSeconds {
        now.saturating_add(self.idle).min(session_created.saturating_add(self.absolute))
    }
}
