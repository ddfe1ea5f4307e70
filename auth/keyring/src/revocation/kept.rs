//! What is kept of a feed, and what an answer of it makes of that: a whole one replaces it, a delta goes on from it.
//!
//! Never goes back, by its numbers within an epoch and by time otherwise, never skips a number, and never waits or fetches.

use std::sync::Arc;
use std::time::{Duration, Instant};

use http::HeaderValue;
use witgate_token::Revocations;

use super::document::{self, Cursor, Delta, Document, DocumentFault, Snapshot};

/// How far the issuer's clock may be ahead of ours, in seconds. A document of a far future would shut out all after it.
const AHEAD_SECONDS: u64 = 300;
/// How seldom expired entries are looked for while nothing new comes. What is new causes it, too.
const SWEEP_PAUSE: Duration = Duration::from_secs(600);

/// What the issuer revoked, as far as is known.
#[derive(Clone)]
pub(super) struct Kept {
    /// The latest time that the issuer ever said, in seconds since 1970-01-01 UTC.
    pub issued_at: u64,
    pub revoked: Arc<Revocations>,
    /// Of a server that has no cursor.
    pub etag: Option<HeaderValue>,
    /// Of a server that has one.
    pub cursor: Option<Cursor>,
    /// Of when the last word is.
    pub as_of: Instant,
    swept: Instant,
}

impl Kept {
    /// The same, of this time.
    pub fn confirmed(&self, as_of: Instant) -> Self {
        Self { as_of, ..self.clone() }
    }
}

/// What an answer brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Brought {
    Snapshot,
    Delta { revocations: usize },
}

/// Why an answer was not taken.
#[derive(Debug, thiserror::Error)]
pub(super) enum TakeFault {
    #[error(transparent)]
    Document(#[from] DocumentFault),
    #[error("the delta goes on from elsewhere than where we are")]
    Elsewhere,
    #[error("the document is older than the one in force: it was issued at {issued_at}, that one at {in_force}")]
    Older { issued_at: u64, in_force: u64 },
    #[error(
        "the feed went back from number {in_force} to {number} in one epoch: who brings back a former state must begin another"
    )]
    Back { number: u64, in_force: u64 },
    #[error("the document is of {issued_at}, more than {AHEAD_SECONDS} seconds ahead of our clock at {now}")]
    Ahead { issued_at: u64, now: u64 },
}

impl TakeFault {
    /// Whether numbers are missing: then only a snapshot helps.
    pub fn is_gap(&self) -> bool {
        matches!(self, Self::Elsewhere | Self::Document(DocumentFault::Gap))
    }
}

/// What a body makes of what was kept before. Long for a long body: blocks. `now`: seconds since 1970-01-01 UTC.
pub(super) fn take(
    before: Option<&Kept>,
    body: &[u8],
    etag: Option<HeaderValue>,
    as_of: Instant,
    now: u64,
) -> Result<(Kept, Brought), TakeFault> {
    match document::read(body)? {
        Document::Snapshot(snapshot) => {
            not_ahead(snapshot.issued_at, now)?;
            before.map_or(Ok(()), |before| not_back(before, &snapshot))?;
            let etag = etag.filter(|_| snapshot.cursor.is_none());
            let (issued_at, revoked) = (latest(before, snapshot.issued_at), Arc::new(snapshot.revocations));
            let kept = Kept { issued_at, revoked, etag, cursor: snapshot.cursor, as_of, swept: as_of };
            Ok((kept, Brought::Snapshot))
        }
        Document::Delta(delta) => {
            let before = before.filter(|before| goes_on(before, &delta)).ok_or(TakeFault::Elsewhere)?;
            not_ahead(delta.issued_at, now)?;
            let brought = Brought::Delta { revocations: delta.revocations.len() };
            Ok((advanced(before, delta, as_of, now)?, brought))
        }
    }
}

fn not_ahead(issued_at: u64, now: u64) -> Result<(), TakeFault> {
    if issued_at > now.saturating_add(AHEAD_SECONDS) { Err(TakeFault::Ahead { issued_at, now }) } else { Ok(()) }
}

/// A cache on the way, or an issuer that lost its memory, could bring revoked tokens back. Within an epoch the numbers tell
/// what is older: the clocks of an issuer's nodes differ, and one can be set back. Only between epochs, or without
/// numbers, nothing but the time tells.
fn not_back(before: &Kept, snapshot: &Snapshot) -> Result<(), TakeFault> {
    if let (Some(at), Some(Cursor { epoch, number })) = (&before.cursor, &snapshot.cursor)
        && at.epoch == *epoch
    {
        let (number, in_force) = (*number, at.number);
        return if number < in_force { Err(TakeFault::Back { number, in_force }) } else { Ok(()) };
    }
    let (issued_at, in_force) = (snapshot.issued_at, before.issued_at);
    if issued_at < in_force { Err(TakeFault::Older { issued_at, in_force }) } else { Ok(()) }
}

/// It never goes back, so that nothing of a former epoch is taken for new after the issuer's clock was set back.
fn latest(before: Option<&Kept>, issued_at: u64) -> u64 {
    before.map_or(issued_at, |before| before.issued_at.max(issued_at))
}

fn goes_on(before: &Kept, delta: &Delta) -> bool {
    before.cursor.as_ref().is_some_and(|at| at.epoch == delta.cursor.epoch && at.number == delta.after)
}

/// Who judges meanwhile judges by the old set: the new one is a copy.
fn advanced(before: &Kept, delta: Delta, as_of: Instant, now: u64) -> Result<Kept, DocumentFault> {
    let issued_at = latest(Some(before), delta.issued_at);
    let mut kept = Kept { issued_at, cursor: Some(delta.cursor), as_of, ..before.clone() };
    if !delta.revocations.is_empty() || as_of.saturating_duration_since(before.swept) > SWEEP_PAUSE {
        let mut revoked = Revocations::clone(&before.revoked);
        revoked.forget_expired(now);
        delta.revocations.into_iter().try_for_each(|revocation| revoked.insert(revocation))?;
        (kept.revoked, kept.swept) = (Arc::new(revoked), as_of);
    }
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const NOW: u64 = 1_700_000_000;

    fn taken(before: Option<&Kept>, document: &Value) -> Result<(Kept, Brought), TakeFault> {
        take(before, document.to_string().as_bytes(), None, Instant::now(), NOW)
    }

    fn snapshot(cursor: u64) -> Kept {
        taken(None, &whole("e", cursor, NOW)).expect("a snapshot").0
    }

    fn whole(epoch: &str, cursor: u64, issued_at: u64) -> Value {
        json!({"issued_at": issued_at, "epoch": epoch, "cursor": cursor, "revocations": [token("t0", NOW + 9)]})
    }

    fn token(jti: &str, until: u64) -> Value {
        json!({"kind": "token", "jti": jti, "until": until})
    }

    fn delta(epoch: &str, after: u64, issued_at: u64, entries: &[Value]) -> Value {
        let numbered = entries.iter().zip(after + 1..).map(|(entry, seq)| {
            let mut entry = entry.clone();
            entry["seq"] = json!(seq);
            entry
        });
        let (numbered, cursor) = (numbered.collect::<Vec<_>>(), after + entries.len() as u64);
        json!({"issued_at": issued_at, "epoch": epoch, "after": after, "cursor": cursor, "revocations": numbered})
    }

    #[test]
    fn a_delta_adds_to_a_copy_and_forgets_what_expired() {
        let before = snapshot(4);
        let (kept, brought) = taken(Some(&before), &delta("e", 4, NOW, &[token("t1", 9)])).expect("a delta");
        assert_eq!((brought, kept.revoked.len(), before.revoked.len()), (Brought::Delta { revocations: 1 }, 2, 1));
        let (kept, _) = taken(Some(&kept), &delta("e", 5, NOW + 1, &[token("t2", 9)])).expect("a delta");
        assert_eq!((kept.revoked.len(), kept.issued_at), (2, NOW + 1), "the second took the first along");
        assert_eq!(kept.cursor, Some(Cursor { epoch: "e".into(), number: 6 }));
        let (same, brought) = taken(Some(&kept), &delta("e", 6, NOW + 1, &[])).expect("nothing new");
        assert!(Arc::ptr_eq(&same.revoked, &kept.revoked) && brought == Brought::Delta { revocations: 0 });
    }

    #[test]
    fn a_delta_must_go_on_where_we_are() {
        let before = snapshot(4);
        for (epoch, after) in [("e", 3), ("e", 5), ("f", 4)] {
            let fault = taken(Some(&before), &delta(epoch, after, NOW, &[])).err().expect("refused");
            assert!(fault.is_gap(), "{epoch} {after}: {fault}");
        }
        assert!(matches!(taken(None, &delta("e", 0, NOW, &[])), Err(TakeFault::Elsewhere)));
        let without = taken(None, &json!({"issued_at": NOW, "revocations": []})).expect("the old contract").0;
        assert!(matches!(taken(Some(&without), &delta("e", 0, NOW, &[])), Err(TakeFault::Elsewhere)));
    }

    #[test]
    fn a_delta_goes_by_its_number_whatever_the_clock_but_is_never_far_ahead() {
        let before = snapshot(4);
        for (issued_at, is_taken) in [(0, true), (NOW - 1, true), (NOW + 300, true), (NOW + 301, false)] {
            let taken = taken(Some(&before), &delta("e", 4, issued_at, &[token("t1", NOW + 9)]));
            assert_eq!(taken.is_ok(), is_taken, "{issued_at}");
        }
    }

    #[test]
    fn within_an_epoch_a_snapshot_goes_by_its_number() {
        let before = snapshot(4);
        for (number, issued_at) in [(4, NOW - 3600), (4, NOW), (9, 0), (9, NOW + 300)] {
            let kept = taken(Some(&before), &whole("e", number, issued_at)).expect("not back").0;
            assert_eq!(kept.cursor.map(|at| at.number), Some(number));
        }
        for issued_at in [NOW - 1, NOW, NOW + 300] {
            let back = taken(Some(&before), &whole("e", 3, issued_at)).err().expect("refused");
            assert!(matches!(back, TakeFault::Back { number: 3, in_force: 4 }) && !back.is_gap(), "{back}");
        }
        let ahead = taken(Some(&before), &whole("e", 9, NOW + 301));
        assert!(matches!(ahead, Err(TakeFault::Ahead { .. })));
    }

    /// The issuer's clock is set back: what was replayed of another epoch, or without numbers, must not pass for new.
    #[test]
    fn another_epoch_needs_a_time_as_late_as_any_before() {
        let mut kept = snapshot(4);
        kept = taken(Some(&kept), &delta("e", 4, NOW - 3600, &[])).expect("a delta").0;
        kept = taken(Some(&kept), &whole("e", 5, NOW - 3600)).expect("a snapshot").0;
        let without = |issued_at: u64| json!({"issued_at": issued_at, "revocations": []});
        for older in [whole("f", 99, NOW - 1), without(NOW - 1)] {
            assert!(matches!(taken(Some(&kept), &older), Err(TakeFault::Older { in_force: NOW, .. })), "{older}");
        }
        for newer in [whole("f", 0, NOW), without(NOW)] {
            taken(Some(&kept), &newer).expect("not older");
        }
    }

    #[test]
    fn a_delta_that_does_not_fit_is_not_taken_in_part() {
        let before = snapshot(4);
        let many: Vec<Value> =
            (0..witgate_token::MAX_REVOCATIONS).map(|number| token(&format!("n{number}"), NOW)).collect();
        let full = taken(Some(&before), &delta("e", 4, NOW, &many)).err().expect("refused");
        assert!(matches!(full, TakeFault::Document(DocumentFault::Full(_))) && !full.is_gap());
    }
}
