//! A store: keys and values that outlive a call, bounded in entries and bytes, each with an end.
//!
//! Never waits for anything but another worker's look into the same part, which is a few hundred nanoseconds.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::part::{Part, Share, Value};
use crate::config::StoreGrant;
use crate::policy::bindings::store::Error;

/// The longest key, in bytes.
const KEY_BYTES: usize = 256;
/// The longest value, in bytes.
pub(super) const VALUE_BYTES: usize = 64 * 1024;
/// Most parts with a lock each, so that workers seldom meet.
const MOST_PARTS: usize = 16;
/// Fewest entries that a part is made for: a smaller one would fill up unevenly.
const PART_ENTRIES: usize = 64;
/// Fewest bytes that a part is made for: the longest value must fit.
const PART_BYTES: usize = 2 * VALUE_BYTES;

/// See the module.
pub(super) struct Store {
    parts: Vec<Mutex<Part>>,
    hasher: RandomState,
    ttl: Duration,
}

impl Store {
    pub(super) fn new(grant: &StoreGrant) -> Self {
        let parts = (grant.entries / PART_ENTRIES).min(grant.bytes / PART_BYTES).clamp(1, MOST_PARTS);
        let share = Share { entries: grant.entries / parts, bytes: grant.bytes / parts };
        Self {
            parts: (0..parts).map(|_| Mutex::new(Part::new(share))).collect(),
            hasher: RandomState::new(),
            ttl: grant.ttl,
        }
    }

    /// A copy of the value; a counted one as decimal text.
    pub(super) fn get(&self, key: &str, now: Instant) -> Option<Vec<u8>> {
        check_key(key).ok()?;
        self.part(key).get(key, now).map(|value| match value {
            Value::Bytes(bytes) => bytes.to_vec(),
            Value::Number(number) => number.to_string().into_bytes(),
        })
    }

    pub(super) fn set(&self, key: &str, value: Vec<u8>, seconds: Option<u32>, now: Instant) -> Result<(), Error> {
        check_key(key)?;
        if value.len() > VALUE_BYTES {
            return Err(Error::ValueTooLarge);
        }
        let fits = self.part(key).set(key, Value::Bytes(value.into()), self.end(seconds, now));
        if fits { Ok(()) } else { Err(Error::ValueTooLarge) }
    }

    pub(super) fn delete(&self, key: &str) {
        self.part(key).remove(key);
    }

    /// The sum after adding, in one step under the part's lock.
    pub(super) fn increment(&self, key: &str, by: i64, seconds: Option<u32>, now: Instant) -> Result<i64, Error> {
        check_key(key)?;
        let mut part = self.part(key);
        if let Some(value) = part.get(key, now) {
            let sum = number(value)?.checked_add(by).ok_or(Error::Overflow)?;
            part.count(key, sum);
            return Ok(sum);
        }
        let fits = part.set(key, Value::Number(by), self.end(seconds, now));
        if fits { Ok(by) } else { Err(Error::ValueTooLarge) }
    }

    /// Whether an entry that shall live so long lives shorter.
    pub(super) fn cuts(&self, seconds: u32) -> bool {
        Duration::from_secs(seconds.into()) > self.ttl
    }

    /// How long an entry lives at most.
    pub(super) fn ttl_seconds(&self) -> u64 {
        self.ttl.as_secs()
    }

    fn part(&self, key: &str) -> MutexGuard<'_, Part> {
        let index = usize::try_from(self.hasher.hash_one(key)).unwrap_or_default() % self.parts.len();
        self.parts[index].lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn end(&self, seconds: Option<u32>, now: Instant) -> Instant {
        now + seconds.map_or(self.ttl, |seconds| Duration::from_secs(seconds.into()).min(self.ttl))
    }
}

pub(super) fn check_key(key: &str) -> Result<(), Error> {
    if (1..=KEY_BYTES).contains(&key.len()) { Ok(()) } else { Err(Error::Key) }
}

fn number(value: &Value) -> Result<i64, Error> {
    match value {
        Value::Number(number) => Ok(*number),
        Value::Bytes(bytes) => number_in(bytes),
    }
}

/// A number as decimal text.
pub(super) fn number_in(bytes: &[u8]) -> Result<i64, Error> {
    let text = std::str::from_utf8(bytes).map_err(|_| Error::NotANumber)?;
    text.parse().map_err(|_| Error::NotANumber)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    const SECOND: Duration = Duration::from_secs(1);

    fn store(entries: usize, bytes: usize) -> Store {
        Store::new(&StoreGrant { name: "s".into(), entries, bytes, ttl: 60 * SECOND })
    }

    #[test]
    fn a_value_lives_as_long_as_asked_and_no_longer_than_allowed() {
        let (store, now) = (store(100, 1 << 20), Instant::now());
        for (key, seconds) in [("short", Some(5)), ("usual", None), ("greedy", Some(u32::MAX))] {
            store.set(key, b"v".to_vec(), seconds, now).expect("set");
        }
        let there = |key, after: u32| store.get(key, now + SECOND * after).is_some();
        assert!(there("short", 4) && !there("short", 5));
        assert!(there("usual", 59) && there("greedy", 59));
        assert!(!there("usual", 60) && !there("greedy", 60));
    }

    #[test]
    fn a_count_keeps_the_end_of_its_first_step() {
        let (store, now) = (store(100, 1 << 20), Instant::now());
        assert_eq!(store.increment("n", 1, Some(10), now), Ok(1));
        assert_eq!(store.increment("n", 2, Some(10), now + SECOND * 9), Ok(3));
        assert_eq!(store.get("n", now + SECOND * 9), Some(b"3".to_vec()));
        assert_eq!(store.increment("n", 1, Some(10), now + SECOND * 10), Ok(1), "a new window");
        store.set("text", b"41".to_vec(), Some(5), now).expect("set");
        assert_eq!(store.increment("text", 1, None, now), Ok(42));
        assert_eq!(store.get("text", now + SECOND * 5), None, "the end did not move");
    }

    #[test]
    fn what_cannot_be_counted_changes_nothing() {
        let (store, now) = (store(100, 1 << 20), Instant::now());
        store.set("word", b"x1".to_vec(), None, now).expect("set");
        assert_eq!(store.increment("word", 1, None, now), Err(Error::NotANumber));
        assert_eq!(store.increment("most", i64::MAX, None, now), Ok(i64::MAX));
        assert_eq!(store.increment("most", 1, None, now), Err(Error::Overflow));
        assert_eq!(store.get("most", now), Some(i64::MAX.to_string().into_bytes()));
    }

    #[test]
    fn keys_and_values_are_bounded() {
        let (store, now) = (store(10_000, 1 << 20), Instant::now());
        for key in ["", &"k".repeat(KEY_BYTES + 1)] {
            assert_eq!(store.set(key, Vec::new(), None, now), Err(Error::Key));
            assert_eq!(store.increment(key, 1, None, now), Err(Error::Key));
            assert_eq!(store.get(key, now), None);
        }
        assert_eq!(store.set("k", vec![0; VALUE_BYTES], None, now), Ok(()));
        assert_eq!(store.set("k", vec![0; VALUE_BYTES + 1], None, now), Err(Error::ValueTooLarge));
        assert_eq!(store.get("k", now).map(|value| value.len()), Some(VALUE_BYTES), "the old one is still there");
        let small = self::store(1, 4096);
        assert_eq!(small.set("k", vec![0; 4096], None, now), Err(Error::ValueTooLarge));
    }

    #[test]
    fn no_more_entries_than_allowed() {
        let (store, now) = (store(1000, 1 << 24), Instant::now());
        let key = |number: u32| format!("key-{number}");
        (0..5000).for_each(|number| store.set(&key(number), Vec::new(), None, now).expect("set"));
        let left = (0..5000).filter(|number| store.get(&key(*number), now).is_some()).count();
        assert!((900..=1000).contains(&left), "{left}");
    }

    #[test]
    fn counting_from_many_threads_loses_nothing() {
        let (store, now) = (Arc::new(store(100, 1 << 20)), Instant::now());
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..1000).for_each(|_| assert!(store.increment("n", 1, None, now).is_ok())));
            }
        });
        assert_eq!(store.get("n", now), Some(b"4000".to_vec()));
    }
}
