//! One part of a store: its entries, the order in which they were used, and its share of the bounds.
//!
//! Never holds more than its share: what was used least recently goes first. Never reads a clock: it is told the time.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Instant;

/// What an entry takes beside its key and value, in bytes: two table places, two counts, the allocations.
const ENTRY_BYTES: usize = 160;

/// The share of one part.
#[derive(Debug, Clone, Copy)]
pub(super) struct Share {
    pub(super) entries: usize,
    /// keys, values and [`ENTRY_BYTES`] for each entry
    pub(super) bytes: usize,
}

/// What is under a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Bytes(Box<[u8]>),
    /// one that was counted: no text to parse at the next step
    Number(i64),
}

struct Entry {
    value: Value,
    expires: Instant,
    /// its place in `used`
    turn: u64,
}

/// See the module.
pub(super) struct Part {
    share: Share,
    entries: HashMap<Arc<str>, Entry>,
    /// keys by the turn of their last use
    used: BTreeMap<u64, Arc<str>>,
    turn: u64,
    bytes: usize,
}

impl Part {
    pub(super) fn new(share: Share) -> Self {
        Self { share, entries: HashMap::new(), used: BTreeMap::new(), turn: 0, bytes: 0 }
    }

    /// The value under a key, which counts as its use. An expired one is forgotten.
    pub(super) fn get(&mut self, key: &str, now: Instant) -> Option<&Value> {
        if self.entries.get(key)?.expires <= now {
            self.remove(key);
            return None;
        }
        self.turn += 1;
        let entry = self.entries.get_mut(key)?;
        if let Some(name) = self.used.remove(&entry.turn) {
            self.used.insert(self.turn, name);
        }
        entry.turn = self.turn;
        Some(&entry.value)
    }

    /// Puts a value under a key; false when the part could not hold it even alone: then what is there stays.
    #[must_use]
    pub(super) fn set(&mut self, key: &str, value: Value, expires: Instant) -> bool {
        let bytes = cost(key, &value);
        if bytes > self.share.bytes || self.share.entries == 0 {
            return false;
        }
        self.remove(key);
        while self.entries.len() >= self.share.entries || self.bytes + bytes > self.share.bytes {
            self.forget_oldest();
        }
        self.turn += 1;
        let key: Arc<str> = key.into();
        self.used.insert(self.turn, Arc::clone(&key));
        self.entries.insert(key, Entry { value, expires, turn: self.turn });
        self.bytes += bytes;
        true
    }

    /// Puts a number in place of the value under a key, which keeps its end. It takes no more room than any other value.
    pub(super) fn count(&mut self, key: &str, number: i64) {
        if let Some(entry) = self.entries.get_mut(key) {
            self.bytes -= cost(key, &entry.value);
            entry.value = Value::Number(number);
            self.bytes += cost(key, &entry.value);
        }
    }

    pub(super) fn remove(&mut self, key: &str) {
        if let Some(entry) = self.entries.remove(key) {
            self.used.remove(&entry.turn);
            self.bytes -= cost(key, &entry.value);
        }
    }

    fn forget_oldest(&mut self) {
        if let Some((_, key)) = self.used.pop_first()
            && let Some(entry) = self.entries.remove(&key)
        {
            self.bytes -= cost(&key, &entry.value);
        }
    }
}

fn cost(key: &str, value: &Value) -> usize {
    let value = match value {
        Value::Bytes(bytes) => bytes.len(),
        Value::Number(_) => 0,
    };
    key.len() + value + ENTRY_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const HOUR: Duration = Duration::from_secs(3600);

    fn bytes(length: usize) -> Value {
        Value::Bytes(vec![7; length].into())
    }

    fn consistent(part: &Part) {
        let sum: usize = part.entries.iter().map(|(key, entry)| cost(key, &entry.value)).sum();
        assert_eq!((part.bytes, part.used.len()), (sum, part.entries.len()));
        assert!(part.bytes <= part.share.bytes && part.entries.len() <= part.share.entries);
    }

    #[test]
    fn what_was_used_least_recently_goes_first() {
        let (mut part, now) = (Part::new(Share { entries: 3, bytes: 1 << 20 }), Instant::now());
        for key in ["a", "b", "c"] {
            assert!(part.set(key, Value::Number(1), now + HOUR));
        }
        assert!(part.get("a", now).is_some(), "a use");
        assert!(part.set("d", Value::Number(1), now + HOUR));
        assert!(part.get("b", now).is_none(), "the oldest use went");
        assert!(part.get("a", now).is_some() && part.get("c", now).is_some() && part.get("d", now).is_some());
        consistent(&part);
    }

    #[test]
    fn bytes_are_bounded_and_given_back() {
        let (mut part, now) = (Part::new(Share { entries: 100, bytes: 10_000 }), Instant::now());
        for turn in 0..1000_usize {
            assert!(part.set(&format!("key-{}", turn % 37), bytes(turn % 3000), now + HOUR), "{turn}");
            consistent(&part);
        }
        assert!(!part.set("huge", bytes(10_000), now + HOUR));
        for turn in 0..37 {
            part.remove(&format!("key-{turn}"));
        }
        assert_eq!((part.bytes, part.entries.len()), (0, 0));
    }

    #[test]
    fn what_does_not_fit_leaves_the_old_value() {
        let (mut part, now) = (Part::new(Share { entries: 3, bytes: 1000 }), Instant::now());
        assert!(part.set("a", bytes(10), now + HOUR));
        assert!(!part.set("a", bytes(1000), now + HOUR));
        assert_eq!(part.get("a", now), Some(&bytes(10)));
        consistent(&part);
    }

    #[test]
    fn an_entry_ends_at_its_time() {
        let (mut part, now) = (Part::new(Share { entries: 3, bytes: 1 << 20 }), Instant::now());
        assert!(part.set("a", Value::Number(1), now + HOUR));
        assert!(part.get("a", now + HOUR - Duration::from_millis(1)).is_some());
        assert!(part.get("a", now + HOUR).is_none());
        consistent(&part);
        assert!(part.entries.is_empty());
    }
}
