//! Tokens that verified, so that the next request with the same token need not verify it again: bounded in bytes.
//!
//! Never answers for another issuer or another key set than those a token verified under, and never holds a token's
//! text, a refusal, or anything that a policy demanded.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use witgate_token::Verified;

use crate::cached::{Entry, Part, Under};
use crate::digest::Digest;

/// Most memory that the verified tokens of one keyring take, in bytes: about 30,000 tokens of a dozen
/// claims. What tokens share counts beside it, once for the process: at most 1 MiB.
pub const DEFAULT_CACHE_BYTES: usize = 32 * 1024 * 1024;
/// Parts with a lock each, so that workers seldom meet. A power of two.
const SHARDS: usize = 16;

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
    shards: [Shard; SHARDS],
    /// What all shards may weigh together, in bytes.
    most_bytes: usize,
}

/// One part with its lock; the counts need none. Two lines of memory apart, since processors fetch them in pairs.
#[derive(Default)]
#[repr(align(128))]
struct Shard {
    part: Mutex<Part>,
    hits: AtomicU64,
    misses: AtomicU64,
}

impl Cache {
    /// A cache that holds at most so many bytes. With 0 it holds nothing.
    pub fn new(bytes: usize) -> Self {
        Self { shards: Default::default(), most_bytes: bytes }
    }

    /// What it may weigh, in bytes.
    pub fn most_bytes(&self) -> usize {
        self.most_bytes
    }

    /// What the token verified as, if that was under the same issuer and keys. An entry of others is dropped.
    pub fn get(&self, token: &Digest, under: Under) -> Option<Verified> {
        let shard = self.shard(token);
        let found = shard.part().find_under(token, under);
        count(if found.is_some() { &shard.hits } else { &shard.misses });
        found
    }

    /// What the token verified as when it was last seen, and under what. Not counted: who uses it says so by
    /// [`Cache::note_hit`].
    pub fn recall(&self, token: &Digest) -> Option<(Verified, Under)> {
        let found = self.shard(token).part().find(token);
        if let Some((verified, _)) = &found {
            verified.fetch();
        }
        found
    }

    /// What was recalled spared a verification.
    pub fn note_hit(&self, token: &Digest) {
        count(&self.shard(token).hits);
    }

    /// Keeps a verified token until `ends`, if there is room for it. Both times in seconds since 1970-01-01 UTC.
    pub fn insert(&self, token: Digest, under: Under, verified: &Verified, ends: u64, now: u64) {
        let entry = Entry::new(token, under, verified.clone(), ends);
        let shard_bytes = self.most_bytes / SHARDS;
        if entry.bytes() > shard_bytes {
            return;
        }
        let mut part = self.shard(&token).part();
        let displaced = part.insert(entry, shard_bytes, now);
        drop(part);
        // Freed only here, where nobody waits for the lock.
        drop(displaced);
    }

    /// Forgets a token.
    pub fn remove(&self, token: &Digest) {
        let removed = self.shard(token).part().remove(token);
        drop(removed);
    }

    pub fn report(&self) -> CacheReport {
        self.shards.iter().fold(CacheReport::default(), |sum, shard| {
            let part = shard.part();
            CacheReport {
                entries: sum.entries + part.len(),
                bytes: sum.bytes + part.bytes(),
                hits: sum.hits + shard.hits.load(Ordering::Relaxed),
                misses: sum.misses + shard.misses.load(Ordering::Relaxed),
            }
        })
    }

    fn shard(&self, token: &Digest) -> &Shard {
        &self.shards[token.choose(SHARDS)]
    }
}

impl Shard {
    /// No code that can panic runs between two changes that belong together.
    fn part(&self) -> MutexGuard<'_, Part> {
        self.part.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

#[cfg(test)]
mod tests;
