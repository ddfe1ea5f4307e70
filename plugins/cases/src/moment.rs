//! What a granted clock shows: RFC 3339 text, or whole Unix seconds.
//!
//! Never the machine's time.

use std::fmt;

use jiff::Timestamp;
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A point in time. The default is 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment(Timestamp);

impl Moment {
    /// Whole seconds since 1970, and the nanoseconds after them. What is before 1970 counts as 1970.
    pub fn unix(self) -> (u64, u32) {
        let seconds = u64::try_from(self.0.as_second()).unwrap_or_default();
        (seconds, u32::try_from(self.0.subsec_nanosecond()).unwrap_or_default())
    }

    /// So many seconds after 1970; the last second of the year 9999 for what is later.
    pub fn from_unix(seconds: u64) -> Self {
        let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
        Self(Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX))
    }
}

impl From<Timestamp> for Moment {
    fn from(at: Timestamp) -> Self {
        Self(at)
    }
}

impl Default for Moment {
    fn default() -> Self {
        Self(Timestamp::UNIX_EPOCH)
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Written)
    }
}

struct Written;

impl Visitor<'_> for Written {
    type Value = Moment;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a time such as \"2026-11-27T09:00:00Z\", or Unix seconds")
    }

    fn visit_u64<E: Error>(self, seconds: u64) -> Result<Moment, E> {
        Ok(Moment::from_unix(seconds))
    }

    fn visit_i64<E: Error>(self, seconds: i64) -> Result<Moment, E> {
        let seconds = u64::try_from(seconds).map_err(|_| E::custom("a time before 1970"))?;
        Ok(Moment::from_unix(seconds))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Moment, E> {
        let parsed: Result<Timestamp, _> = text.parse();
        let timestamp =
            parsed.map_err(|_| E::custom(format!("{text:?} is no time such as \"2026-11-27T09:00:00Z\"")))?;
        if timestamp < Timestamp::UNIX_EPOCH { Err(E::custom("a time before 1970")) } else { Ok(Moment(timestamp)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_in_either_form_and_written_as_text() {
        let read = |text: &str| serde_json::from_str::<Moment>(text);
        let moment = read("\"2026-11-27T10:00:00.5+01:00\"").expect("a time");
        assert_eq!(moment.unix(), (1_795_770_000, 500_000_000));
        assert_eq!(serde_json::to_string(&moment).expect("JSON"), "\"2026-11-27T09:00:00.5Z\"");
        assert_eq!(read("1795770000").expect("seconds").unix(), (1_795_770_000, 0));
        for bad in ["\"tomorrow\"", "-1", "\"1969-12-31T00:00:00Z\"", "1.5"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
