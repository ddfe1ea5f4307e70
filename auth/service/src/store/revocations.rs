//! What was revoked, numbered without a gap in the order of COMMIT: the source of the feed. The row of `feed` is locked
//! until COMMIT, so a number that can be read has no unread one before it. Publish last in a verb: others wait for it.
//! Never forgets an entry while a token that it means could still pass.

use super::Store;
use super::batches::{self, BATCH};
use super::error::StoreError;
use super::statements::{Tx, first, number};
use super::value::{Row, values};
use crate::clock::UnixSeconds;
use crate::config::MAX_ACCESS_TOKEN_SECONDS;

/// How long an entry is listed after the last token that it means has expired, in seconds: the greatest leeway that an
/// operator of a gateway may allow.
pub const LEEWAY_SECONDS: UnixSeconds = 300;
/// How long it stays in the database after that, in seconds, so that a node with a clock behind still lists it.
pub(super) const KEPT_SECONDS: UnixSeconds = 3600;
/// Most entries in one delta; the next one goes on where it ends.
const MAX_DELTA: i64 = 10_000;
/// When a name of this kind was revoked last.
pub(super) const LAST_REVOKED: &str = "SELECT max(at) FROM revocations WHERE kind = $1 AND name = $2";

/// What an entry means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevokedKind {
    /// One token, by `jti`.
    Token,
    /// All tokens of a session, by `sid`.
    Session,
    /// All tokens of a user that were issued up to the time of the entry, by `sub`.
    Subject,
    /// All tokens of a client that were issued up to the time of the entry, by `client_id`.
    Client,
    /// All tokens that a key signed, by `kid`.
    Key,
}

impl RevokedKind {
    /// As it is stored and published.
    pub fn as_str(self) -> &'static str {
        match self {
            RevokedKind::Token => "token",
            RevokedKind::Session => "session",
            RevokedKind::Subject => "subject",
            RevokedKind::Client => "client",
            RevokedKind::Key => "key",
        }
    }

    fn from_str(text: &str) -> Result<RevokedKind, StoreError> {
        use RevokedKind::{Client, Key, Session, Subject, Token};
        let found = [Token, Session, Subject, Client, Key].into_iter().find(|kind| kind.as_str() == text);
        found.ok_or_else(|| StoreError::Failed("an unknown kind of revocation".into()))
    }
}

/// One entry of the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revoked {
    /// Its number: 1 for the first, and no number is left out.
    pub seq: i64,
    /// What it means.
    pub kind: RevokedKind,
    /// The `jti`, `sid`, `sub`, `client_id` or `kid`.
    pub name: String,
    /// Of a user or a client: the last second whose tokens are meant. Of anything else: when it was revoked.
    pub at: UnixSeconds,
    /// When the last token that is meant expires; nothing for a key.
    pub until: Option<UnixSeconds>,
}

/// Where a feed stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FeedHead {
    /// Which history the numbers belong to. A restored database begins another one.
    pub epoch: String,
    /// The last number.
    pub seq: i64,
}

/// A part of the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedPage {
    /// Which history the numbers belong to.
    pub epoch: String,
    /// The number that the entries come after; nothing: this is a snapshot of all that counts.
    pub after: Option<i64>,
    /// The last number that is included.
    pub cursor: i64,
    /// The entries, in order.
    pub entries: Vec<Revoked>,
}

/// Until the end of the transaction nobody else publishes anything.
pub(super) async fn lock(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    first(tx, "SELECT id FROM feed WHERE id = 1 FOR UPDATE", &[]).await?;
    Ok(())
}

/// Publishes that these keys, or the tokens of these clients up to this time, are revoked. Tokens that were issued until
/// then live at most [`MAX_ACCESS_TOKEN_SECONDS`], whatever the configuration was when they were issued.
pub(super) async fn publish(
    tx: &mut Tx<'_>,
    kind: RevokedKind,
    names: &[String],
    at: UnixSeconds,
) -> Result<(), StoreError> {
    let until = (kind != RevokedKind::Key).then(|| at.saturating_add(MAX_ACCESS_TOKEN_SECONDS.into()));
    let entries: Vec<_> = names.iter().map(|name| (name.as_str(), until)).collect();
    append(tx, kind, &entries, at, None).await
}

/// Writes entries, each with its name and when it means nothing any more, at the end of the feed. All of them are tokens of
/// the subject, where there is one.
pub(super) async fn append(
    tx: &mut Tx<'_>,
    kind: RevokedKind,
    entries: &[(&str, Option<UnixSeconds>)],
    at: UnixSeconds,
    subject: Option<&str>,
) -> Result<(), StoreError> {
    if entries.is_empty() {
        return Ok(());
    }
    let count = entries.len() as i64;
    let last = number(tx, "UPDATE feed SET seq = seq + $1 WHERE id = 1 RETURNING seq", values![count]).await?;
    let sql = "INSERT INTO revocations (seq, kind, name, at, until_at, subject) VALUES ($1, $2, $3, $4, $5, $6)";
    for (seq, (name, until)) in (last - count + 1..).zip(entries) {
        tx.execute(sql, values![seq, kind.as_str(), *name, at, *until, subject]).await?;
    }
    tx.announce().await
}

impl Store {
    /// Whether this very name is revoked. `issued_at` is the token's `iat`.
    pub async fn is_revoked(
        &self,
        kind: RevokedKind,
        name: String,
        issued_at: UnixSeconds,
    ) -> Result<bool, StoreError> {
        let at = self.read(move |tx| {
            Box::pin(async move {
                first(tx, LAST_REVOKED, values![kind.as_str(), &name])
                    .await?
                    .map_or(Ok(None), |mut row| row.take::<Option<i64>>(0))
            })
        });
        let dated = matches!(kind, RevokedKind::Subject | RevokedKind::Client);
        Ok(at.await?.is_some_and(|at| !dated || issued_at <= at))
    }

    /// The last number.
    pub async fn feed_head(&self) -> Result<FeedHead, StoreError> {
        self.read(|tx| Box::pin(async move { Ok(head(tx).await?.0) })).await
    }

    /// What came after this point, or a snapshot when that cannot be told.
    pub async fn feed_since(&self, point: Option<FeedHead>, now: UnixSeconds) -> Result<FeedPage, StoreError> {
        self.read(move |tx| Box::pin(async move { page(tx, point, now).await })).await
    }

    /// Removes what means nothing any more; how many entries.
    pub async fn prune_revocations(&self, now: UnixSeconds) -> Result<u64, StoreError> {
        let end = now - LEEWAY_SECONDS - KEPT_SECONDS;
        batches::all(|| self.write(move |tx| Box::pin(prune(tx, end)))).await
    }
}

/// One batch, the lowest numbers first.
async fn prune(tx: &mut Tx<'_>, end: UnixSeconds) -> Result<u64, StoreError> {
    let sql = "DELETE FROM revocations WHERE seq IN
               (SELECT seq FROM revocations WHERE until_at < $1 ORDER BY seq LIMIT $2) RETURNING seq";
    let mut last = 0;
    let rows = tx.query(sql, values![end, BATCH]).await?;
    let removed = rows.len() as u64;
    for mut row in rows {
        last = last.max(row.take::<i64>(0)?);
    }
    if removed > 0 {
        tx.execute("UPDATE feed SET pruned_to = $1 WHERE id = 1 AND pruned_to < $1", values![last]).await?;
    }
    Ok(removed)
}

async fn head(tx: &mut Tx<'_>) -> Result<(FeedHead, i64), StoreError> {
    let row = first(tx, "SELECT epoch, seq, pruned_to FROM feed WHERE id = 1", &[]).await?;
    let mut row = row.ok_or_else(|| StoreError::Failed("the feed has no head".into()))?;
    Ok((FeedHead { epoch: row.take(0)?, seq: row.take(1)? }, row.take(2)?))
}

async fn page(tx: &mut Tx<'_>, point: Option<FeedHead>, now: UnixSeconds) -> Result<FeedPage, StoreError> {
    let (head, pruned_to) = head(tx).await?;
    let known = point.filter(|point| point.epoch == head.epoch && (pruned_to..=head.seq).contains(&point.seq));
    if let Some(point) = known {
        let sql = "SELECT seq, kind, name, at, until_at FROM revocations WHERE seq > $1 ORDER BY seq LIMIT $2";
        let entries = entries(tx.query(sql, values![point.seq, MAX_DELTA]).await?)?;
        let cursor = entries.last().map_or(point.seq, |entry| entry.seq);
        return Ok(FeedPage { epoch: head.epoch, after: Some(point.seq), cursor, entries });
    }
    let sql = "SELECT seq, kind, name, at, until_at FROM revocations
               WHERE until_at IS NULL OR until_at > $1 ORDER BY seq";
    let entries = entries(tx.query(sql, values![now - LEEWAY_SECONDS]).await?)?;
    Ok(FeedPage { epoch: head.epoch, after: None, cursor: head.seq, entries })
}

fn entries(rows: Vec<Row>) -> Result<Vec<Revoked>, StoreError> {
    let read = |mut row: Row| {
        let kind = RevokedKind::from_str(&row.take::<String>(1)?)?;
        Ok(Revoked { seq: row.take(0)?, kind, name: row.take(2)?, at: row.take(3)?, until: row.take(4)? })
    };
    rows.into_iter().map(read).collect()
}
