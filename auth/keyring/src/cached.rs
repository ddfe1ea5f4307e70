//! One part of the cache of verified tokens: what is in it, and what goes when there is no room.
//!
//! Never more bytes than it is told, and never in an order that whoever sends the tokens could use: which entries are
//! looked at when one must go is chosen at random, so that tokens that come round and round are not lost each just
//! before it comes again.

use std::hash::{BuildHasher, RandomState};

use hashbrown::HashTable;
use witgate_token::Verified;

use crate::digest::Digest;

/// Entries that are looked at when one must go.
const LOOKED_AT: usize = 8;
/// So often an entry that is used may be looked at before it goes.
const MOST_WORTH: u8 = 3;
/// What one entry takes beside its claims, in bytes. A list that grows doubles, and a table that has just grown has 32 places of
/// five bytes for 7 entries. The room of a peak stays.
const PLACE_BYTES: usize = 2 * size_of::<Entry>() + 5 * (size_of::<u32>() + 1);

/// What the processor fetches at once, in bytes.
const LINE_BYTES: usize = 64;
const _: () = assert!(size_of::<Entry>() == LINE_BYTES);

/// What a token verified under. An entry counts only where both are the same still.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Under {
    /// The one issuer object of this process, with its profile.
    pub issuer: u64,
    /// The one key set of this process.
    pub keys: u64,
}

/// One verified token. It fills a line of memory: to look a token up among thousands costs what it takes to fetch the lines
/// that it touches.
#[repr(align(64))]
pub(crate) struct Entry {
    token: Digest,
    verified: Verified,
    under: Under,
    /// When the token has expired, leeway and all, in seconds since 1970-01-01 UTC; whatever is later than 2106 is then. Only
    /// what goes first hangs on it.
    ends: u32,
    /// Rises with each use, falls with each look at it when something must go.
    worth: u8,
}

impl Entry {
    pub fn new(token: Digest, under: Under, verified: Verified, ends: u64) -> Self {
        Self { token, verified, under, ends: u32::try_from(ends).unwrap_or(u32::MAX), worth: 0 }
    }

    pub fn bytes(&self) -> usize {
        PLACE_BYTES + self.verified.bytes()
    }

    /// Whether it can still be of use where `newest` verified just now: not when it expired, and not when it is of a key
    /// set that this one has replaced.
    fn is_living(&self, newest: Under, now: u64) -> bool {
        let is_replaced = self.under.issuer == newest.issuer && self.under.keys != newest.keys;
        u64::from(self.ends) > now && !is_replaced
    }
}

/// The entries, and where each is by the hash of its token.
#[derive(Default)]
pub(crate) struct Part {
    places: HashTable<u32>,
    entries: Vec<Entry>,
    bytes: usize,
    /// Entries that came since all were looked at.
    since_sweep: usize,
    chance: Chance,
}

impl Part {
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// As [`Part::bytes`], out of all entries.
    #[cfg(test)]
    pub fn weighed(&self) -> usize {
        self.entries.iter().map(Entry::bytes).sum()
    }

    /// What the token verified as, and under what. It is worth more from now on.
    pub fn find(&mut self, token: &Digest) -> Option<(Verified, Under)> {
        let place = self.place(token)?;
        let entry = &mut self.entries[place];
        entry.worth = MOST_WORTH.min(entry.worth + 1);
        Some((entry.verified.clone(), entry.under))
    }

    /// The same, if that was under this. An entry of another is dropped.
    pub fn find_under(&mut self, token: &Digest, under: Under) -> Option<Verified> {
        let (verified, found) = self.find(token)?;
        if found == under {
            return Some(verified);
        }
        self.remove(token);
        None
    }

    /// Takes one more entry, and gives what had to go for it within `most` bytes.
    pub fn insert(&mut self, entry: Entry, most: usize, now: u64) -> Vec<Entry> {
        let mut gone: Vec<Entry> = self.remove(&entry.token).into_iter().collect();
        self.make_room(&entry, most, now, &mut gone);
        let Ok(place) = u32::try_from(self.entries.len()) else { return gone };
        self.since_sweep += 1;
        self.bytes += entry.bytes();
        self.entries.push(entry);
        let hash = |place: u32| self.entries[place as usize].token.hash();
        self.places.insert_unique(hash(place), place, |place| hash(*place));
        gone
    }

    pub fn remove(&mut self, token: &Digest) -> Option<Entry> {
        let place = self.place(token)?;
        Some(self.take(place))
    }

    /// What expired or was replaced goes first. All are looked at for that once in as many entries as there are.
    fn make_room(&mut self, entry: &Entry, most: usize, now: u64, gone: &mut Vec<Entry>) {
        let needed = entry.bytes();
        if self.bytes + needed > most && self.since_sweep >= self.entries.len() {
            self.since_sweep = 0;
            for place in (0..self.entries.len()).rev() {
                if !self.entries[place].is_living(entry.under, now) {
                    gone.push(self.take(place));
                }
            }
        }
        while self.bytes + needed > most && !self.entries.is_empty() {
            let place = self.least_worth();
            gone.push(self.take(place));
        }
    }

    /// Of some entries that lie together, the one that was used least lately. The others lose worth.
    fn least_worth(&mut self) -> usize {
        let count = self.entries.len();
        let from = self.chance.below(count);
        let mut least = (MOST_WORTH + 1, from);
        for place in (from..from + LOOKED_AT.min(count)).map(|at| at % count) {
            let entry = &mut self.entries[place];
            least = least.min((entry.worth, place));
            if entry.worth == 0 {
                break;
            }
            entry.worth -= 1;
        }
        least.1
    }

    fn place(&self, token: &Digest) -> Option<usize> {
        let is_its = |place: &u32| self.entries[*place as usize].token == *token;
        self.places.find(token.hash(), is_its).map(|place| *place as usize)
    }

    /// Takes one out; the last one moves to its place.
    fn take(&mut self, place: usize) -> Entry {
        let entry = self.entries.swap_remove(place);
        self.bytes -= entry.bytes();
        if let Ok(known) = self.places.find_entry(entry.token.hash(), |at| *at as usize == place) {
            known.remove();
        }
        let last = self.entries.len();
        if let Some(moved) = self.entries.get(place)
            && let Some(known) = self.places.find_mut(moved.token.hash(), |at| *at as usize == last)
        {
            *known = u32::try_from(place).unwrap_or(u32::MAX);
        }
        entry
    }
}

/// Chance that is quick, and not to be foreseen by who does not know the seed (xorshift, 64 bits).
struct Chance(u64);

impl Default for Chance {
    fn default() -> Self {
        Self(RandomState::new().hash_one(0_u8) | 1)
    }
}

impl Chance {
    /// Any number below this one, which is not 0.
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 32).unwrap_or(0) % most
    }
}
