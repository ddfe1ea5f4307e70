//! Values that outlive a call, where the plugin's entry grants a store: `grants.store = { name = "counters" }`.
//!
//! Shared by all workers, and by all plugins that name the same store. In memory only: never count on a value to be there.
//! What was used least recently goes when there is no more room, and all goes when the gateway restarts.
//!
//! ```
//! use witgate_plugin::{Decision, Refusal, claims, store};
//!
//! /// At most a hundred requests of one subject in a minute. Whether they may, those behind it decide.
//! fn authorize() -> Decision {
//!     let [issuer, subject]: [String; 2] = ["iss", "sub"].map(|name| claims::get(name).unwrap_or_default());
//!     match store::increment(&format!("requests/{issuer} {subject}"), 1, Some(60)) {
//!         Ok(..=100) => Decision::Abstain,
//!         Ok(_) => Decision::Deny(Refusal::new(429, "too_many_requests", "Try again in a minute.")),
//!         Err(_) => Decision::Deny(Refusal::new(503, "not_counted", "Try again.")),
//!     }
//! }
//!
//! let request = witgate_plugin::mock::request("GET", "/").claim("sub", "alice");
//! assert_eq!(request.run(authorize), Decision::Abstain);
//! ```
pub use crate::granted::{MAX_KEY_BYTES, MAX_VALUE_BYTES, StoreError};
use crate::host;

/// The value under a key; a counted one as decimal text. `None` where it is absent, expired, or no key.
///
/// ```
/// use witgate_plugin::{mock, store};
///
/// let request = mock::request("GET", "/").store_entry("plan/acme", "gold");
/// assert_eq!(request.run(|| store::get("plan/acme")).as_deref(), Some(&b"gold"[..]));
/// ```
pub fn get(key: &str) -> Option<Vec<u8>> {
    host::store_get(key)
}

/// Puts a value under a key. It lives `ttl_seconds`, at most and by default as long as the store's entry says; the gateway
/// warns where it says less.
///
/// ```
/// use witgate_plugin::{mock, store};
///
/// mock::request("GET", "/").run(|| {
///     store::set("plan/acme", b"gold", Some(60)).unwrap();
///     assert_eq!(store::get("plan/acme").as_deref(), Some(&b"gold"[..]));
///     assert_eq!(store::set("", b"gold", None), Err(store::StoreError::Key));
/// });
/// ```
///
/// # Errors
/// [`StoreError::Key`] and [`StoreError::ValueTooLarge`].
pub fn set(key: &str, value: &[u8], ttl_seconds: Option<u32>) -> Result<(), StoreError> {
    host::store_set(key, value, ttl_seconds)
}

/// Takes a key out.
///
/// ```
/// use witgate_plugin::{mock, store};
///
/// mock::request("GET", "/").store_entry("plan/acme", "gold").run(|| {
///     store::delete("plan/acme");
///     assert_eq!(store::get("plan/acme"), None);
/// });
/// ```
pub fn delete(key: &str) {
    host::store_delete(key);
}

/// Adds to a number and gives the sum, in one step that no other worker can come between. An absent key counts as 0 and
/// then lives `ttl_seconds`; one that is there keeps its end, so that a window of time does not move.
///
/// ```
/// use witgate_plugin::{mock, store};
///
/// let request = mock::request("GET", "/").store_entry("requests/alice", "99");
/// assert_eq!(request.run(|| store::increment("requests/alice", 1, Some(60))), Ok(100));
/// ```
///
/// # Errors
/// [`StoreError::Key`], [`StoreError::NotANumber`], [`StoreError::Overflow`].
pub fn increment(key: &str, by: i64, ttl_seconds: Option<u32>) -> Result<i64, StoreError> {
    host::store_increment(key, by, ttl_seconds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mock;

    #[test]
    fn the_mock_keeps_the_contract() {
        mock::request("GET", "/").store_entry("old", "5").run(|| {
            assert_eq!(get("old").as_deref(), Some(&b"5"[..]));
            assert_eq!(increment("old", 2, None), Ok(7));
            assert_eq!(get("old").as_deref(), Some(&b"7"[..]));
            assert_eq!(increment("new", -1, Some(1)), Ok(-1));
            assert_eq!(set("word", b"x", None), Ok(()));
            assert_eq!(increment("word", 1, None), Err(StoreError::NotANumber));
            delete("word");
            assert_eq!(get("word"), None);
            assert_eq!(set("", b"", None), Err(StoreError::Key));
            assert_eq!(increment(&"k".repeat(MAX_KEY_BYTES + 1), 1, None), Err(StoreError::Key));
            assert_eq!(set("big", &[0; MAX_VALUE_BYTES + 1], None), Err(StoreError::ValueTooLarge));
            assert_eq!(increment("most", i64::MAX, None), Ok(i64::MAX));
            assert_eq!(increment("most", 1, None), Err(StoreError::Overflow));
            assert_eq!((increment("gone", 2, Some(0)), get("gone")), (Ok(2), None));
            assert_eq!((increment("old", 1, Some(0)), get("old")), (Ok(8), Some(b"8".to_vec())), "it keeps its end");
            assert_eq!((set("old", b"9", Some(0)), get("old")), (Ok(()), None));
        });
        let long = "k".repeat(MAX_KEY_BYTES + 1);
        mock::request("GET", "/").store_entry(&long, "v").run(move || assert_eq!(get(&long), None, "no key"));
        mock::request("GET", "/").run(|| assert_eq!(get("old"), None, "every run starts afresh"));
    }
}
