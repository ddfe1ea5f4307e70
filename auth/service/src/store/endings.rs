//! The end of many sessions, of one user or of one client: so many statements however many sessions there are, since a
//! transaction has a deadline. Never ends one without a line in the audit log. The feed is the caller's part.

use serde_json::json;

use super::error::StoreError;
use super::records::Origin;
use super::statements::{Tx, first};
use super::value::values;
use crate::clock::UnixSeconds;
use crate::config::MAX_ACCESS_TOKEN_SECONDS;

/// When the last access token of a session was issued, at most; the value is now. Each refresh is a use.
macro_rules! last_issued {
    ($now:literal) => {
        concat!("CASE WHEN tokens_until IS NULL AND last_used_at < ", $now, " THEN ", $now, " ELSE last_used_at END")
    };
}

/// When the last access token of a session expires; the value is that of a session of which it is not known.
macro_rules! last_expiry {
    ($unknown:literal) => {
        concat!("coalesce(tokens_until, ", $unknown, ")")
    };
}

/// The open sessions of a user or a client (`$1`) but one (`$2`).
macro_rules! open_sessions {
    ($column:literal) => {
        concat!($column, " = $1 AND ended_at IS NULL AND sid <> coalesce($2, '')")
    };
}

macro_rules! sql {
    ($column:literal) => {
        Sql {
            lock: concat!(
                "SELECT count(*), max(last_issued), max(last_expiry) FROM (SELECT ",
                last_issued!("$3"),
                " AS last_issued, ",
                last_expiry!("$4"),
                " AS last_expiry FROM sessions WHERE ",
                open_sessions!($column),
                " ORDER BY sid FOR UPDATE) AS locked"
            ),
            alive: concat!(
                "SELECT sid, ",
                last_expiry!("$3"),
                " FROM sessions WHERE ",
                open_sessions!($column),
                " AND ",
                last_expiry!("$3"),
                " >= $4 ORDER BY sid LIMIT $5"
            ),
            note: concat!(
                "INSERT INTO audit (at, event, actor, user_id, sid, client_id, source, request_id, detail)
                 SELECT $3, 'session_ended', $4, user_id, sid, client_id, $5, $6, $7 FROM sessions WHERE ",
                open_sessions!($column),
                " ORDER BY sid"
            ),
            end: concat!("UPDATE sessions SET ended_at = $3, end_reason = $4 WHERE ", open_sessions!($column)),
        }
    };
}

pub(super) use {last_expiry, last_issued};

struct Sql {
    lock: &'static str,
    alive: &'static str,
    note: &'static str,
    end: &'static str,
}

const OF_USER: Sql = sql!("user_id");
const OF_CLIENT: Sql = sql!("client_id");

/// Whose sessions end. Nobody opens one meanwhile: the caller has locked the row of the user or the client.
#[derive(Clone, Copy)]
pub(super) enum Whose<'a> {
    /// A user's, but this one.
    User(&'a str, Option<&'a str>),
    /// A client's.
    Client(&'a str),
}

/// Sessions that are about to end. Nobody else changes them until the end of the transaction.
pub(super) struct Locked<'a> {
    whose: Whose<'a>,
    /// How many.
    pub count: usize,
    /// When the last one of their access tokens was issued.
    pub issued: UnixSeconds,
    /// When the last one of their access tokens expires.
    pub until: UnixSeconds,
}

impl Whose<'_> {
    fn parts(&self) -> (&'static Sql, &str, Option<&str>) {
        match self {
            Whose::User(id, but) => (&OF_USER, id, *but),
            Whose::Client(id) => (&OF_CLIENT, id, None),
        }
    }
}

/// The expiry of the last access token where it is not known.
pub(super) fn unknown_expiry(now: UnixSeconds) -> UnixSeconds {
    now.saturating_add(MAX_ACCESS_TOKEN_SECONDS.into())
}

/// Locks the open sessions.
pub(super) async fn lock_open<'a>(
    tx: &mut Tx<'_>,
    whose: Whose<'a>,
    now: UnixSeconds,
) -> Result<Locked<'a>, StoreError> {
    let (sql, id, but) = whose.parts();
    let row = first(tx, sql.lock, values![id, but, now, unknown_expiry(now)]).await?;
    let mut row = row.ok_or_else(|| StoreError::Failed("a count has no row".into()))?;
    let (count, issued, until) = (row.take::<i64>(0)?, row.take::<Option<_>>(1)?, row.take::<Option<_>>(2)?);
    let count = usize::try_from(count).unwrap_or_default();
    Ok(Locked { whose, count, issued: issued.unwrap_or(now), until: until.unwrap_or(now) })
}

impl Locked<'_> {
    /// Those of which an access token expires at this time or later, with the expiry of the last one; at most so many.
    pub async fn alive(
        &self,
        tx: &mut Tx<'_>,
        since: UnixSeconds,
        now: UnixSeconds,
        limit: i64,
    ) -> Result<Vec<(String, UnixSeconds)>, StoreError> {
        let (sql, id, but) = self.whose.parts();
        let rows = tx.query(sql.alive, values![id, but, unknown_expiry(now), since, limit]).await?;
        rows.into_iter().map(|mut row| Ok((row.take(0)?, row.take(1)?))).collect()
    }

    /// Ends them.
    pub async fn end(&self, tx: &mut Tx<'_>, reason: &'static str, origin: &Origin) -> Result<(), StoreError> {
        if self.count == 0 {
            return Ok(());
        }
        let (sql, id, but) = self.whose.parts();
        let (actor, source, request) = (origin.actor.as_ref(), origin.source.as_ref(), origin.request_id.as_ref());
        let detail = json!({ "reason": reason }).to_string();
        tx.execute(sql.note, values![id, but, origin.at, actor, source, request, detail]).await?;
        tx.execute(sql.end, values![id, but, origin.at, reason]).await?;
        Ok(())
    }
}
