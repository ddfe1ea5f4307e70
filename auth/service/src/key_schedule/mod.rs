//! When which signing key signs and is published: pure rules over what the store knows of the keys. Never makes a key,
//! never reads a clock, and never sees a private part.
//!
//! A key waits (published, not signing), signs, is outgoing (published, for the tokens that it signed), and leaves.
//! Keys are ordered by the time from which they sign. A retired key is out of the key set at once, whatever its state.

mod plan;

use crate::clock::UnixSeconds;
use crate::signing::SigningAlgorithm;

pub use plan::{NewKey, Outgoing, Plan, ScheduleError, due, retire, rotate, rotate_now};

/// How long a key stays published after the last token that it signed has expired, in seconds: for clocks that differ,
/// and for documents that were fetched a moment ago.
pub const OVERLAP_MARGIN_SECONDS: UnixSeconds = 300;

/// What the store knows of a key, without its private part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRecord {
    /// RFC 7638 thumbprint.
    pub kid: String,
    /// What it signs with.
    pub alg: SigningAlgorithm,
    /// When it was made. It is published from then on.
    pub created_at: UnixSeconds,
    /// When it begins to sign.
    pub signs_from: UnixSeconds,
    /// Until when it stays published at least, once a plan has named its successor.
    pub retires_at: Option<UnixSeconds>,
    /// When it was taken out of the key set for good.
    pub retired_at: Option<UnixSeconds>,
}

/// The operator's rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// What a new key signs with.
    pub algorithm: SigningAlgorithm,
    /// How long a key signs before another is due, in seconds; `None`: it never is because of its age.
    pub rotate_after: Option<UnixSeconds>,
    /// How long a new key is published before it signs, in seconds.
    pub publish_ahead: UnixSeconds,
    /// The longest life that a token in circulation can have, in seconds. After the configured life was made shorter,
    /// that is the life before.
    pub token_life: UnixSeconds,
}

impl Rules {
    /// How long a key stays published after its successor has begun to sign, in seconds.
    pub fn overlap(&self) -> UnixSeconds {
        self.token_life.saturating_add(OVERLAP_MARGIN_SECONDS)
    }
}

/// The key that signs now: the newest that has begun. `None` when there is none, or when it was retired and nothing
/// has taken its place: [`due`] then names a key that signs at once. A key that was succeeded does not come back,
/// because it may have left the key set. When none has begun, because the clock was set back, the first to begin signs.
pub fn signer(records: &[KeyRecord], now: UnixSeconds) -> Option<&KeyRecord> {
    let begun = records.iter().filter(|key| key.counts() && key.signs_from <= now).max_by_key(|key| key.order());
    match begun {
        Some(newest) => Some(newest).filter(|key| key.retired_at.is_none()),
        None => records.iter().filter(|key| key.retired_at.is_none()).min_by_key(|key| key.order()),
    }
}

/// The keys of the key set: the one that signs, those that wait, and those whose tokens may still be about.
pub fn published<'a>(records: &'a [KeyRecord], rules: &Rules, now: UnixSeconds) -> Vec<&'a KeyRecord> {
    records.iter().filter(|key| is_published(key, records, rules, now)).collect()
}

/// The keys that have left the key set by their age and are not yet marked as retired. The store may mark them, and
/// may wipe their private parts.
pub fn departed<'a>(records: &'a [KeyRecord], rules: &Rules, now: UnixSeconds) -> Vec<&'a KeyRecord> {
    let left = |key: &&KeyRecord| key.retired_at.is_none() && !is_published(key, records, rules, now);
    records.iter().filter(left).collect()
}

fn is_published(key: &KeyRecord, records: &[KeyRecord], rules: &Rules, now: UnixSeconds) -> bool {
    let signs = || signer(records, now).is_some_and(|signer| signer.kid == key.kid);
    key.retired_at.is_none() && (key.signs_from > now || now < leaves_at(key, records, rules) || signs())
}

/// The later of what was promised when the successor was planned and what follows from the rules of today.
fn leaves_at(key: &KeyRecord, records: &[KeyRecord], rules: &Rules) -> UnixSeconds {
    let later = records.iter().filter(|other| other.counts() && other.order() > key.order());
    let computed = later.map(|other| other.signs_from).min().map(|begins| begins.saturating_add(rules.overlap()));
    computed.max(key.retires_at).unwrap_or(UnixSeconds::MAX)
}

impl KeyRecord {
    /// Whether it signs, signed or may come to sign: a key that was retired before it began never succeeded another.
    fn counts(&self) -> bool {
        self.retired_at.is_none_or(|retired_at| retired_at > self.signs_from)
    }

    fn order(&self) -> (UnixSeconds, UnixSeconds, &str) {
        (self.signs_from, self.created_at, &self.kid)
    }
}

#[cfg(test)]
mod tests;
