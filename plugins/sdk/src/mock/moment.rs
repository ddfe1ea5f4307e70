//! The ways to say what a granted clock shows.
//!
//! Never a local time: a timestamp names its offset.
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A point in time: Unix seconds, an RFC 3339 text, or a `SystemTime`.
///
/// ```
/// use witgate_plugin::mock::Moment;
///
/// assert_eq!("2026-11-27T10:00:00+01:00".time(), 1_795_770_000.time());
/// ```
pub trait Moment {
    /// As the clock shows it.
    ///
    /// ```
    /// use std::time::UNIX_EPOCH;
    /// use witgate_plugin::mock::Moment;
    ///
    /// assert_eq!(0.time(), UNIX_EPOCH);
    /// ```
    ///
    /// # Panics
    /// Where a text is no RFC 3339 timestamp.
    fn time(self) -> SystemTime;
}

impl Moment for u64 {
    fn time(self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(self)
    }
}

impl Moment for &str {
    fn time(self) -> SystemTime {
        let read = self.parse::<jiff::Timestamp>();
        read.unwrap_or_else(|error| panic!("`{self}` is no time such as 2026-11-27T09:00:00Z: {error}")).into()
    }
}

impl Moment for SystemTime {
    fn time(self) -> SystemTime {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_and_its_seconds_are_one_moment() {
        assert_eq!("2026-11-27T09:00:00Z".time(), 1_795_770_000.time());
        assert_eq!("2026-11-27T10:00:00+01:00".time(), 1_795_770_000.time());
    }

    #[test]
    #[should_panic(expected = "is no time such as")]
    fn a_text_without_an_offset_is_refused() {
        let _ = "2026-11-27T09:00:00".time();
    }
}
