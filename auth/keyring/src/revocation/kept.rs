//! What is kept of a feed, and what an answer of it makes of that: a whole one replaces it, a delta goes on from it.
//!
//! Never goes back in time, never skips a number, and never waits or fetches.

use std::sync::Arc;
use std::time::{Duration, Instant};

use http::HeaderValue;
use witgate_token::Revocations;

use super::document::{self, Cursor, Delta, Document, DocumentFault};

/// How far the issuer's clock may be ahead of ours, in seconds. A document of a far future would shut out all after it.
const AHEAD_SECONDS: u64 = 300;
/// How seldom expired entries are looked for while nothing new comes. What is new causes it, too.
const SWEEP_PAUSE: Duration = Duration::from_secs(600);

/// What the issuer revoked, as far as is known.
#[derive(Clone)]
pub(super) struct Kept {
    /// When the issuer said so last, in seconds since 1970-01-01 UTC.
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
            in_time(before, snapshot.issued_at, now)?;
            let etag = etag.filter(|_| snapshot.cursor.is_none());
            let (issued_at, revoked) = (snapshot.issued_at, Arc::new(snapshot.revocations));
            let kept = Kept { issued_at, revoked, etag, cursor: snapshot.cursor, as_of, swept: as_of };
            Ok((kept, Brought::Snapshot))
        }
        Document::Delta(delta) => {
            let before = before.filter(|before| goes_on(before, &delta)).ok_or(TakeFault::Elsewhere)?;
            in_time(Some(before), delta.issued_at, now)?;
            let brought = Brought::Delta { revocations: delta.revocations.len() };
            Ok((advanced(before, delta, as_of, now)?, brought))
        }
    }
}

/// A cache on the way, or an issuer that lost its memory, could bring revoked tokens back.
fn in_time(before: Option<&Kept>, issued_at: u64, now: u64) -> Result<(), TakeFault> {
    if issued_at > now.saturating_add(AHEAD_SECONDS) {
        return Err(TakeFault::Ahead { issued_at, now });
    }
    match before {
        Some(before) if issued_at < before.issued_at => Err(TakeFault::Older { issued_at, in_force: before.issued_at }),
        _ => Ok(()),
    }
}

fn goes_on(before: &Kept, delta: &Delta) -> bool {
    before.cursor.as_ref().is_some_and(|at| at.epoch == delta.cursor.epoch && at.number == delta.after)
}

/// Who judges meanwhile judges by the old set: the new one is a copy.
fn advanced(before: &Kept, delta: Delta, as_of: Instant, now: u64) -> Result<Kept, DocumentFault> {
    let mut kept = Kept { issued_at: delta.issued_at, cursor: Some(delta.cursor), as_of, ..before.clone() };
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
        let document = json!({"issued_at": NOW, "epoch": "e", "cursor": cursor, "revocations": [token("t0", NOW + 9)]});
        taken(None, &document).expect("a snapshot").0
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
    fn a_delta_is_never_older_nor_far_ahead() {
        let before = snapshot(4);
        for (issued_at, is_taken) in [(NOW - 1, false), (NOW, true), (NOW + 300, true), (NOW + 301, false)] {
            let taken = taken(Some(&before), &delta("e", 4, issued_at, &[]));
            assert_eq!(taken.is_ok(), is_taken, "{issued_at}");
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
