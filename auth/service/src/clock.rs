//! The time of day, in whole seconds. Everything that judges an age takes the time as an argument, so that tests can
//! choose it; only the outermost callers read the clock here. Never used to measure a duration.

use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since 1970-01-01T00:00:00Z. Signed, because SQLite's integers are.
pub type UnixSeconds = i64;

/// The time now. A clock set before 1970 counts as 1970: then every session is in the future and nothing expires early.
pub fn now() -> UnixSeconds {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixSeconds::try_from(since.as_secs()).unwrap_or(UnixSeconds::MAX)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_clock_is_in_this_century() {
        assert!((1_700_000_000..4_102_444_800).contains(&super::now()));
    }
}
