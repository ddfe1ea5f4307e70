//! The time, where the plugin's entry grants it: `grants.clock = true`. Without the grant a call traps.
//!
//! Never the mock's machine: in a test the clock shows what [`mock::Request::clock`](crate::mock::Request::clock) says.
//!
//! ```
//! use witgate_plugin::{Decision, Refusal, clock};
//!
//! /// The first eight hours of a day, by UTC.
//! fn authorize() -> Decision {
//!     match clock::unix_seconds() / 3600 % 24 {
//!         ..8 => Decision::Allow,
//!         _ => Refusal::forbidden("closed", "Come back in the morning.").into(),
//!     }
//! }
//!
//! let at = |time: &str| witgate_plugin::mock::request("GET", "/").clock(time).run(authorize);
//! assert_eq!(at("2026-11-27T07:59:59Z"), Decision::Allow);
//! assert_ne!(at("2026-11-27T08:00:00Z"), Decision::Allow);
//! ```
use std::time::{SystemTime, UNIX_EPOCH};

use crate::host;

/// The time of day.
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
/// use witgate_plugin::{clock, mock};
///
/// mock::request("GET", "/").clock(60).run(|| assert_eq!(clock::now(), UNIX_EPOCH + Duration::from_secs(60)));
/// ```
pub fn now() -> SystemTime {
    host::now()
}

/// Whole seconds since 1970-01-01T00:00:00Z, as in the `iat` and `exp` of a token; 0 for any time before.
///
/// ```
/// use witgate_plugin::{claims, clock, mock};
///
/// /// The age of the caller's token.
/// fn age() -> Option<u64> {
///     clock::unix_seconds().checked_sub(claims::get("iat")?)
/// }
///
/// let request = mock::request("GET", "/").claim("iat", 1_000).clock(1_090);
/// assert_eq!(request.run(|| age()), Some(90));
/// ```
pub fn unix_seconds() -> u64 {
    now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
