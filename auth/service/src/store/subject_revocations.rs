//! Revocations of one subject: a user, or a client that acts for itself. Each is an entry of the feed for as long as a token
//! of it can live. Never lets one subject fill the feed, which nobody could read then, and never revokes less for that.

use super::Store;
use super::audit::{self, Event};
use super::error::StoreError;
use super::records::Origin;
use super::revocations::{KEPT_SECONDS, LEEWAY_SECONDS, RevokedKind, append, lock};
use super::statements::{Tx, first, number};
use super::value::values;
use crate::clock::UnixSeconds;

/// Most entries that one subject has in the feed at a time, for single tokens and for sessions. What is revoked beyond is one
/// entry for the subject, for all tokens that are no newer than the revoked ones: other sessions need a new access
/// token then, which a refresh brings. A reader takes 100,000 entries in all. Nobody signs out so often within the life of an
/// access token, unless it is done on purpose.
pub const MAX_OF_SUBJECT: usize = 200;
/// The same while the feed is crowded: then it takes thousands of subjects to fill what is left.
pub const MAX_OF_SUBJECT_IN_A_CROWD: usize = 10;
/// Entries from which on the feed is crowded: half of what a reader takes.
pub const CROWD: usize = 50_000;

/// What is revoked of one subject.
pub(super) struct Revoking<'a> {
    /// The `sub` of the tokens.
    pub subject: &'a str,
    /// [`RevokedKind::Token`] or [`RevokedKind::Session`].
    pub kind: RevokedKind,
    /// Each name, and when the last token that it means expires. Where there are more than [`MAX_OF_SUBJECT`], some that
    /// are more than that will do.
    pub names: Vec<(String, UnixSeconds)>,
    /// When the last one of all the tokens was issued.
    pub issued: UnixSeconds,
    /// When the last one of all the tokens expires.
    pub until: UnixSeconds,
}

/// An access token, as its claims tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedToken {
    /// Its `jti`.
    pub jti: String,
    /// Its `sub`.
    pub subject: String,
    /// Its `iat`.
    pub issued_at: UnixSeconds,
    /// Its `exp`.
    pub expires_at: UnixSeconds,
}

impl Store {
    /// Revokes one access token.
    pub async fn revoke_token(&self, token: IssuedToken, event: Event, origin: Origin) -> Result<(), StoreError> {
        self.write(move |tx| {
            Box::pin(async move {
                audit::note(tx, &origin, event).await?;
                let IssuedToken { jti, subject, issued_at: issued, expires_at: until } = token;
                let (kind, names) = (RevokedKind::Token, vec![(jti, until)]);
                publish_of(tx, &Revoking { subject: &subject, kind, names, issued, until }, origin.at).await
            })
        })
        .await
    }

    /// Whether this token is revoked by itself, or with others of its subject. Whether its session or its client counts is
    /// another question.
    pub async fn is_token_revoked(&self, token: IssuedToken) -> Result<bool, StoreError> {
        let sql = "SELECT seq FROM revocations WHERE (kind = 'token' AND name = $1)
                       OR (kind = 'subject' AND name = $2 AND at >= $3) LIMIT 1";
        self.read(move |tx| {
            Box::pin(
                async move { Ok(first(tx, sql, values![token.jti, token.subject, token.issued_at]).await?.is_some()) },
            )
        })
        .await
    }
}

/// Publishes that these are revoked now. What means nothing any more is left out.
pub(super) async fn publish_of(tx: &mut Tx<'_>, revoking: &Revoking<'_>, now: UnixSeconds) -> Result<(), StoreError> {
    let Revoking { subject, kind, names, .. } = revoking;
    let alive = names.iter().filter(|(_, until)| *until >= forgotten_before(now));
    // Readers that follow need its number for a while in any case.
    let entries: Vec<_> = alive.map(|(name, until)| (name.as_str(), Some(*until.max(&unlisted(now))))).collect();
    if entries.is_empty() {
        return Ok(());
    }
    let listed = "SELECT count(*) FROM revocations WHERE subject = $1 AND until_at > $2";
    let listed = number(tx, listed, values![*subject, unlisted(now)]).await?;
    if has_room(tx, listed + entries.len() as i64, now).await? {
        append(tx, *kind, &entries, now, Some(subject)).await
    } else {
        fold(tx, revoking, now).await
    }
}

/// Whether one subject may have so many entries. All of the feed are counted only for one that has more than most do.
async fn has_room(tx: &mut Tx<'_>, entries: i64, now: UnixSeconds) -> Result<bool, StoreError> {
    if entries <= MAX_OF_SUBJECT_IN_A_CROWD as i64 {
        return Ok(true);
    }
    if entries > MAX_OF_SUBJECT as i64 {
        return Ok(false);
    }
    let all = "SELECT count(*) FROM (SELECT seq FROM revocations WHERE until_at > $1 LIMIT $2) AS listed";
    Ok(number(tx, all, values![unlisted(now), CROWD as i64]).await? < CROWD as i64)
}

/// An entry that means nothing since then is in no snapshot.
fn unlisted(now: UnixSeconds) -> UnixSeconds {
    now - LEEWAY_SECONDS
}

/// What means nothing since before this time is no entry any more, not even where a clock is behind.
pub(super) fn forgotten_before(now: UnixSeconds) -> UnixSeconds {
    unlisted(now) - KEPT_SECONDS
}

/// Publishes one entry for all tokens up to the last one that is meant, in place of the one before; none when that says
/// it all. So there is at most one in each second.
async fn fold(tx: &mut Tx<'_>, revoking: &Revoking<'_>, now: UnixSeconds) -> Result<(), StoreError> {
    let subject = revoking.subject;
    // Else two could each take the place of the same one.
    lock(tx).await?;
    let before = "SELECT max(at), max(until_at) FROM revocations WHERE subject = $1 AND kind = 'subject'";
    let mut row = first(tx, before, values![subject]).await?;
    let mut column = |column| row.as_mut().map_or(Ok(None), |row| row.take::<Option<UnixSeconds>>(column));
    let (at, until) = (column(0)?, column(1)?);
    if at >= Some(revoking.issued) && until >= Some(revoking.until) {
        return Ok(());
    }
    let issued = revoking.issued.max(at.unwrap_or(UnixSeconds::MIN));
    let until = revoking.until.max(until.unwrap_or(UnixSeconds::MIN));
    // It leaves the snapshots at once, and the database when nobody needs its number for a delta any more.
    let replaced = "UPDATE revocations SET until_at = $2 WHERE subject = $1 AND kind = 'subject' AND until_at > $2";
    tx.execute(replaced, values![subject, unlisted(now)]).await?;
    append(tx, RevokedKind::Subject, &[(subject, Some(until))], issued, Some(subject)).await
}
