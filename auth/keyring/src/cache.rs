//! Tokens that verified, so that the next request with the same token need not verify it again: bounded in bytes.
//!
//! Never answers for another issuer or another key set than those a token verified under, and never holds a token's
//! text, a refusal, or anything that a policy demanded.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::sync::{Mutex, MutexGuard, PoisonError};

use sha2::{Digest as _, Sha256};
use witgate_token::Verified;

/// Most memory that the verified tokens of one keyring take, in bytes.
pub const DEFAULT_CACHE_BYTES: usize = 16 * 1024 * 1024;
/// Parts with a lock each, so that workers seldom meet. A power of two.
const SHARDS: usize = 16;
/// Length of a SHA-256, in bytes.
const DIGEST_BYTES: usize = 32;
/// What the table takes for one entry, in bytes: at its emptiest it has 16 places for 7 entries.
const PLACE_BYTES: usize = 3 * size_of::<(Digest, Entry)>();

/// The SHA-256 of a whole token, signature included. Only the same text has the same one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Digest([u8; DIGEST_BYTES]);

impl Digest {
    pub fn of(token: &str) -> Self {
        Self(Sha256::digest(token.as_bytes()).into())
    }

    fn shard(&self) -> usize {
        usize::from(self.0[DIGEST_BYTES - 1]) % SHARDS
    }
}

/// The digest is as good as random already: its first bytes do as a hash.
impl Hash for Digest {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let [a, b, c, d, e, f, g, h, ..] = self.0;
        state.write_u64(u64::from_le_bytes([a, b, c, d, e, f, g, h]));
    }
}

/// Passes on what a [`Digest`] gives it.
#[derive(Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// What a token verified under. An entry counts only where both are the same still.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Under {
    /// The one issuer object of this process, with its profile.
    pub issuer: u64,
    /// The one key set of this process.
    pub keys: u64,
}

struct Entry {
    verified: Verified,
    under: Under,
    /// When the token has expired, leeway and all, in seconds since 1970-01-01 UTC.
    ends: u64,
}

/// How the cache stands, for an operator.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CacheReport {
    /// Tokens in it.
    pub entries: usize,
    /// What they weigh, in bytes.
    pub bytes: usize,
    /// Verifications that were spared since the start.
    pub hits: u64,
    /// Look-ups that found nothing since the start.
    pub misses: u64,
}

/// The verified tokens of a keyring and of those renewed from it.
pub(crate) struct Cache {
    shards: [Mutex<Shard>; SHARDS],
    /// What one half of one shard may weigh, in bytes.
    half_bytes: usize,
}

impl Cache {
    /// A cache that holds at most so many bytes. With 0 it holds nothing.
    pub fn new(bytes: usize) -> Self {
        Self { shards: Default::default(), half_bytes: bytes / SHARDS / 2 }
    }

    /// What the token verified as, if that was under the same issuer and keys. An entry of others is dropped.
    pub fn get(&self, token: &Digest, under: Under) -> Option<Verified> {
        let mut shard = self.shard(token);
        let found = shard.find(token, under, self.half_bytes);
        *if found.is_some() { &mut shard.hits } else { &mut shard.misses } += 1;
        found
    }

    /// What the token verified under when it was last seen.
    pub fn peek(&self, token: &Digest) -> Option<Under> {
        let shard = self.shard(token);
        shard.young.entries.get(token).or_else(|| shard.old.entries.get(token)).map(|entry| entry.under)
    }

    /// Keeps a verified token until `ends`, if there is room for it. Both times in seconds since 1970-01-01 UTC.
    pub fn insert(&self, token: Digest, under: Under, verified: &Verified, ends: u64, now: u64) {
        let entry = Entry { verified: verified.clone(), under, ends };
        if entry.bytes() > self.half_bytes {
            return;
        }
        let mut shard = self.shard(&token);
        shard.remove(&token);
        let displaced = shard.make_room(&entry, self.half_bytes, now);
        shard.young.insert(token, entry);
        drop(shard);
        // Freed only here, where nobody waits for the lock.
        drop(displaced);
    }

    /// Forgets a token.
    pub fn remove(&self, token: &Digest) {
        self.shard(token).remove(token);
    }

    pub fn report(&self) -> CacheReport {
        self.shards.iter().map(locked).fold(CacheReport::default(), |sum, shard| CacheReport {
            entries: sum.entries + shard.young.entries.len() + shard.old.entries.len(),
            bytes: sum.bytes + shard.young.bytes + shard.old.bytes,
            hits: sum.hits + shard.hits,
            misses: sum.misses + shard.misses,
        })
    }

    fn shard(&self, token: &Digest) -> MutexGuard<'_, Shard> {
        locked(&self.shards[token.shard()])
    }
}

/// No code that can panic runs between two changes that belong together.
fn locked(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One part of the cache. New entries and those that were asked for are young; when the young half is full it becomes
/// the old one, and what is old by then goes. So a flood of tokens pushes out itself rather than those in use.
#[derive(Default)]
#[repr(align(64))]
struct Shard {
    young: Half,
    old: Half,
    hits: u64,
    misses: u64,
}

impl Shard {
    fn find(&mut self, token: &Digest, under: Under, half_bytes: usize) -> Option<Verified> {
        if let Some(entry) = self.young.entries.get(token).filter(|entry| entry.under == under) {
            return Some(entry.verified.clone());
        }
        self.young.remove(token);
        let entry = self.old.remove(token).filter(|entry| entry.under == under)?;
        let verified = entry.verified.clone();
        // Where the young half is full the entry stays old, and may go with the others.
        let fits = self.young.bytes + entry.bytes() <= half_bytes;
        if fits { &mut self.young } else { &mut self.old }.insert(*token, entry);
        Some(verified)
    }

    /// What must go for one more entry, if anything.
    fn make_room(&mut self, entry: &Entry, half_bytes: usize, now: u64) -> Option<Half> {
        if self.young.bytes + entry.bytes() <= half_bytes {
            return None;
        }
        let mut full = std::mem::take(&mut self.young);
        full.keep_living(entry.under, now);
        Some(std::mem::replace(&mut self.old, full))
    }

    fn remove(&mut self, token: &Digest) {
        self.young.remove(token);
        self.old.remove(token);
    }
}

#[derive(Default)]
struct Half {
    entries: HashMap<Digest, Entry, BuildHasherDefault<AsItIs>>,
    bytes: usize,
}

impl Half {
    fn insert(&mut self, token: Digest, entry: Entry) {
        self.bytes += entry.bytes();
        self.entries.insert(token, entry);
    }

    fn remove(&mut self, token: &Digest) -> Option<Entry> {
        let entry = self.entries.remove(token)?;
        self.bytes -= entry.bytes();
        Some(entry)
    }

    /// Without the expired, and without those of key sets that this one has replaced.
    fn keep_living(&mut self, newest: Under, now: u64) {
        let is_replaced = |under: Under| under.issuer == newest.issuer && under.keys != newest.keys;
        self.entries.retain(|_, entry| entry.ends > now && !is_replaced(entry.under));
        self.bytes = self.entries.values().map(Entry::bytes).sum();
    }
}

impl Entry {
    fn bytes(&self) -> usize {
        PLACE_BYTES + self.verified.bytes()
    }
}

#[cfg(test)]
mod tests;
