//! The store's verbs for sessions and their refresh tokens. Each verb is one write, so that two requests with one token
//! are judged one after the other: exactly one successor is good after them. Never sees a token, only its hash.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::Store;
use super::error::StoreError;
use super::records::{Session, USER_COLUMNS, User};
use crate::clock::UnixSeconds;
use crate::config::SessionLimits;
use crate::refresh_token::TokenHash;

/// For this many seconds after a refresh token was spent, its owner may present it again: the answer was lost. Reloading
/// a page twice or a cut connection does that. Counted from the first use.
pub const REFRESH_GRACE: UnixSeconds = 10;

/// Why a session ended, as stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndReason {
    /// The user signed out.
    Logout,
    /// A spent refresh token came back: it was copied by someone.
    RefreshReused,
    /// The idle or the absolute limit was reached.
    Expired,
    /// The user was disabled.
    UserDisabled,
}

impl EndReason {
    fn as_str(self) -> &'static str {
        match self {
            EndReason::Logout => "logout",
            EndReason::RefreshReused => "refresh_reused",
            EndReason::Expired => "expired",
            EndReason::UserDisabled => "user_disabled",
        }
    }
}

/// What became of a presented refresh token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rotation {
    /// The token is spent and its successor is stored.
    Rotated(Session),
    /// The token was spent within [`REFRESH_GRACE`] and nobody has used its successor: a new one took the successor's
    /// place.
    Repeated(Session),
    /// No such token.
    Unknown,
    /// The session had ended before.
    SessionEnded,
    /// The token, or the session, is too old. The session has ended now.
    Expired,
    /// The user is disabled. The session has ended now.
    UserDisabled,
    /// The token was spent before, or its place was taken. The session has ended now.
    Reused {
        /// The session.
        sid: String,
        /// The user's id.
        user: String,
    },
}

impl Store {
    /// Opens a session with its first refresh token. `false` when the user is gone or was disabled meanwhile.
    pub async fn create_session(
        &self,
        session: Session,
        token: TokenHash,
        limits: SessionLimits,
    ) -> Result<bool, StoreError> {
        let work = move |connection: &Connection| {
            let now = session.created_at;
            let sql = "INSERT INTO sessions (sid, user_id, created_at, last_used_at)
                       SELECT ?1, id, ?3, ?3 FROM users WHERE id = ?2 AND disabled_at IS NULL";
            if connection.prepare_cached(sql)?.execute(params![session.sid, session.user.id, now])? == 0 {
                return Ok(false);
            }
            insert_token(connection, &token, &session.sid, now, limits.token_expiry(now, now))?;
            Ok(true)
        };
        self.writer.write(work).await
    }

    /// Spends a refresh token for its successor, or ends the session when it was spent before (RFC 9700 section 4.14),
    /// unless its answer was lost ([`Rotation::Repeated`]). The user's state is checked again.
    pub async fn rotate_refresh(
        &self,
        presented: TokenHash,
        successor: TokenHash,
        limits: SessionLimits,
        now: UnixSeconds,
    ) -> Result<Rotation, StoreError> {
        let work = move |connection: &Connection| match find_token(connection, &presented)? {
            Some(token) => rotate(connection, token, &presented, &successor, limits, now),
            None => Ok(Rotation::Unknown),
        };
        self.writer.write(work).await
    }

    /// Ends the session of a refresh token, spent or not. The session when it was open until now.
    pub async fn end_session(&self, presented: TokenHash, now: UnixSeconds) -> Result<Option<Session>, StoreError> {
        let work = move |connection: &Connection| {
            let open = find_token(connection, &presented)?.filter(|token| token.ended_at.is_none());
            if let Some(token) = &open {
                end_session(connection, &token.session.sid, EndReason::Logout, now)?;
            }
            Ok(open.map(|token| token.session))
        };
        self.writer.write(work).await
    }
}

/// Ends all open sessions of a user; how many.
pub(super) fn end_sessions_of(
    connection: &Connection,
    user: &str,
    reason: EndReason,
    now: UnixSeconds,
) -> Result<usize, StoreError> {
    let sql = "UPDATE sessions SET ended_at = ?2, end_reason = ?3 WHERE user_id = ?1 AND ended_at IS NULL";
    Ok(connection.execute(sql, params![user, now, reason.as_str()])?)
}

struct FoundToken {
    session: Session,
    expires_at: UnixSeconds,
    spent: Option<Spent>,
    ended_at: Option<UnixSeconds>,
}

/// When a token was spent, and what took its place.
struct Spent {
    at: UnixSeconds,
    successor: TokenHash,
}

impl FoundToken {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<FoundToken> {
        Ok(FoundToken {
            session: Session {
                sid: row.get("sid")?,
                created_at: row.get("session_created_at")?,
                user: User::from_row(row)?,
            },
            expires_at: row.get("expires_at")?,
            spent: spent_from(row)?,
            ended_at: row.get("ended_at")?,
        })
    }
}

fn spent_from(row: &Row<'_>) -> rusqlite::Result<Option<Spent>> {
    let at: Option<UnixSeconds> = row.get("spent_at")?;
    at.map(|at| Ok(Spent { at, successor: row.get("successor")? })).transpose()
}

fn find_token(connection: &Connection, hash: &TokenHash) -> Result<Option<FoundToken>, StoreError> {
    let sql = format!(
        "SELECT {USER_COLUMNS}, s.sid, s.created_at AS session_created_at, s.ended_at, r.expires_at, r.spent_at, r.successor
         FROM refresh_tokens r JOIN sessions s ON s.sid = r.sid JOIN users u ON u.id = s.user_id WHERE r.hash = ?1"
    );
    Ok(connection.prepare_cached(&sql)?.query_row([hash.as_slice()], FoundToken::from_row).optional()?)
}

fn rotate(
    connection: &Connection,
    token: FoundToken,
    presented: &TokenHash,
    successor: &TokenHash,
    limits: SessionLimits,
    now: UnixSeconds,
) -> Result<Rotation, StoreError> {
    let FoundToken { session, expires_at, spent, ended_at } = token;
    let ends = |reason| end_session(connection, &session.sid, reason, now);
    if ended_at.is_some() {
        return Ok(Rotation::SessionEnded);
    }
    let repeated = spent.is_some();
    if let Some(spent) = spent
        && !withdraw_unused(connection, &spent, now)?
    {
        ends(EndReason::RefreshReused)?;
        return Ok(Rotation::Reused { sid: session.sid, user: session.user.id });
    }
    if expires_at <= now || session.created_at.saturating_add(limits.absolute) <= now {
        ends(EndReason::Expired)?;
        return Ok(Rotation::Expired);
    }
    if session.user.disabled_at.is_some() {
        ends(EndReason::UserDisabled)?;
        return Ok(Rotation::UserDisabled);
    }
    spend(connection, presented, successor, now)?;
    insert_token(connection, successor, &session.sid, now, limits.token_expiry(session.created_at, now))?;
    connection.execute("UPDATE sessions SET last_used_at = ?2 WHERE sid = ?1", params![session.sid, now])?;
    Ok(if repeated { Rotation::Repeated(session) } else { Rotation::Rotated(session) })
}

/// Voids the successor of a token that was spent a moment ago, when nobody has used it. A withdrawn token is its own
/// successor: when it comes back it can never be excused, and ends the session. `false` when there is no excuse: too
/// late, a clock that was set back, or the successor was used.
fn withdraw_unused(connection: &Connection, spent: &Spent, now: UnixSeconds) -> Result<bool, StoreError> {
    if !(0..REFRESH_GRACE).contains(&now.saturating_sub(spent.at)) {
        return Ok(false);
    }
    let sql = "UPDATE refresh_tokens SET spent_at = ?2, successor = hash WHERE hash = ?1 AND spent_at IS NULL";
    Ok(connection.execute(sql, params![spent.successor.as_slice(), now])? == 1)
}

/// Names the token's successor. The time of its first use stays.
fn spend(
    connection: &Connection,
    presented: &TokenHash,
    successor: &TokenHash,
    now: UnixSeconds,
) -> Result<(), StoreError> {
    let sql = "UPDATE refresh_tokens SET spent_at = coalesce(spent_at, ?2), successor = ?3 WHERE hash = ?1";
    let spent = connection.execute(sql, params![presented.as_slice(), now, successor.as_slice()])?;
    if spent == 1 { Ok(()) } else { Err(StoreError::Failed("a refresh token is gone".into())) }
}

fn insert_token(
    connection: &Connection,
    hash: &TokenHash,
    sid: &str,
    issued: UnixSeconds,
    expires: UnixSeconds,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO refresh_tokens (hash, sid, issued_at, expires_at) VALUES (?1, ?2, ?3, ?4)";
    connection.prepare_cached(sql)?.execute(params![hash.as_slice(), sid, issued, expires])?;
    Ok(())
}

fn end_session(connection: &Connection, sid: &str, reason: EndReason, now: UnixSeconds) -> Result<(), StoreError> {
    let sql = "UPDATE sessions SET ended_at = ?2, end_reason = ?3 WHERE sid = ?1 AND ended_at IS NULL";
    connection.execute(sql, params![sid, now, reason.as_str()])?;
    Ok(())
}
