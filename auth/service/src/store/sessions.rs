//! The store's verbs for sessions. What ends a session also revokes its access tokens, in the same transaction. Never
//! ends a session without saying so in the audit log and in the feed.

use serde_json::json;

use super::Store;
use super::audit::{self, Event};
use super::endings::{Whose, last_expiry, last_issued, lock_open, unknown_expiry};
use super::error::StoreError;
use super::records::{Origin, Session, USER_WIDTH, User};
use super::revocations::RevokedKind;
use super::standing::hold_proved;
use super::statements::{Tx, first};
use super::subject_revocations::{MAX_OF_SUBJECT, Revoking, forgotten_before, publish_of};
use super::value::{Row, Value, values};
use crate::clock::UnixSeconds;
use crate::refresh_token::TokenHash;

/// Most sessions in one list.
const MAX_LISTED: i64 = 1000;

/// Why a session ended, as stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndReason {
    /// The user signed out.
    Logout,
    /// The user, or an administrator, ended it from elsewhere.
    Revoked,
    /// A spent refresh token came back: it was copied by someone.
    RefreshReused,
    /// An authorization code came back: it was copied by someone.
    CodeReused,
    /// The idle or the absolute limit was reached.
    Expired,
    /// The user was disabled.
    UserDisabled,
    /// The client was disabled.
    ClientDisabled,
    /// The password was changed.
    PasswordChanged,
    /// The database was brought back from a backup: what ended meanwhile is not known.
    Restored,
}

impl EndReason {
    /// As it is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            EndReason::Logout => "logout",
            EndReason::Revoked => "revoked",
            EndReason::RefreshReused => "refresh_reused",
            EndReason::CodeReused => "code_reused",
            EndReason::Expired => "expired",
            EndReason::UserDisabled => "user_disabled",
            EndReason::ClientDisabled => "client_disabled",
            EndReason::PasswordChanged => "password_changed",
            EndReason::Restored => "restored",
        }
    }
}

/// The columns of [`Session`], user first, from a join that calls sessions `s` and users `u`.
macro_rules! session_columns {
    () => {
        concat!(
            $crate::store::records::user_columns!(),
            ", s.sid, s.created_at, s.last_used_at, s.auth_time, s.amr, s.client_id, s.scope, s.audience, s.source"
        )
    };
}

pub(super) use session_columns;

/// How many columns [`Session`] has.
pub(super) const SESSION_WIDTH: usize = USER_WIDTH + 9;

/// The open sessions that began after `$1` and were used after `$2`; and so on.
macro_rules! usable_sessions {
    ($and_so_on:literal) => {
        concat!(
            "SELECT ",
            session_columns!(),
            " FROM sessions s JOIN users u ON u.id = s.user_id
              WHERE s.ended_at IS NULL AND s.created_at > $1 AND s.last_used_at > $2",
            $and_so_on
        )
    };
}

// Of one user each has a statement of its own: no index serves a user that may be named or not.
const LAST_USED: &str = usable_sessions!(" ORDER BY s.last_used_at DESC, s.sid LIMIT $3");
pub(super) const LAST_USED_OF_USER: &str =
    usable_sessions!(" AND s.user_id = $4 ORDER BY s.last_used_at DESC, s.sid LIMIT $3");
const BY_SID: &str = usable_sessions!(" AND s.sid > $4 ORDER BY s.sid LIMIT $3");
pub(super) const BY_SID_OF_USER: &str = usable_sessions!(" AND s.sid > $4 AND s.user_id = $5 ORDER BY s.sid LIMIT $3");

impl Session {
    /// Reads `session_columns!` from the start of a row.
    pub(super) fn from_row(row: &mut Row) -> Result<Session, StoreError> {
        let user = User::from_row(row)?;
        let mut session = Session {
            user,
            sid: row.take(USER_WIDTH)?,
            created_at: row.take(USER_WIDTH + 1)?,
            last_used_at: row.take(USER_WIDTH + 2)?,
            auth_time: row.take(USER_WIDTH + 3)?,
            amr: row.take(USER_WIDTH + 4)?,
            client_id: row.take(USER_WIDTH + 5)?,
            scope: row.take(USER_WIDTH + 6)?,
            audience: row.take(USER_WIDTH + 7)?,
            source: row.take(USER_WIDTH + 8)?,
        };
        // Sessions of the first schema.
        if session.auth_time == 0 {
            session.auth_time = session.created_at;
        }
        Ok(session)
    }
}

/// When the tokens of a session expire that are given out now.
#[derive(Clone, Copy)]
pub(super) struct Expiries {
    /// The refresh token.
    pub refresh: UnixSeconds,
    /// The access token.
    pub access: UnixSeconds,
}

impl Store {
    /// When tokens of now expire, of a session that was created then.
    pub(super) fn expiries(&self, session_created: UnixSeconds, now: UnixSeconds) -> Expiries {
        Expiries { refresh: self.lives().token_expiry(session_created, now), access: self.token_until(now) }
    }

    /// Opens a session with its first refresh token. `false` when the user is gone, was disabled, or got
    /// another password meanwhile.
    pub async fn create_session(&self, session: Session, token: TokenHash, origin: Origin) -> Result<bool, StoreError> {
        let expires = self.expiries(session.created_at, session.created_at);
        self.write(move |tx| {
            Box::pin(async move {
                let opened = open(tx, &session, Some(&token), expires).await?;
                if opened {
                    let event = Event::named("login_succeeded").user(&session.user.id).sid(&session.sid);
                    audit::note(tx, &origin, event.client(&session.client_id)).await?;
                }
                Ok(opened)
            })
        })
        .await
    }

    /// Ends the session of a refresh token, spent or not. The session when it was open until now.
    pub async fn end_session_of(&self, token: TokenHash, origin: Origin) -> Result<Option<Session>, StoreError> {
        self.write(move |tx| {
            Box::pin(async move {
                let sql = "SELECT sid FROM refresh_tokens WHERE hash = $1";
                let Some(mut row) = first(tx, sql, values![&token]).await? else { return Ok(None) };
                end(tx, &row.take::<String>(0)?, EndReason::Logout, &origin).await
            })
        })
        .await
    }

    /// Ends one session. The session when it was open until now and, where a user is named, was this user's.
    pub async fn end_session(
        &self,
        sid: String,
        of_user: Option<String>,
        reason: EndReason,
        origin: Origin,
    ) -> Result<Option<Session>, StoreError> {
        self.write(move |tx| {
            Box::pin(async move {
                let Some(session) = find(tx, &sid).await? else { return Ok(None) };
                if of_user.is_some_and(|user| user != session.user.id) {
                    return Ok(None);
                }
                end(tx, &sid, reason, &origin).await
            })
        })
        .await
    }

    /// Ends all sessions of a user but one, browser sessions included; how many.
    pub async fn end_sessions_of_user(
        &self,
        user: String,
        but: Option<String>,
        reason: EndReason,
        origin: Origin,
    ) -> Result<usize, StoreError> {
        self.write(move |tx| Box::pin(async move { end_all_of(tx, &user, but.as_deref(), reason, &origin).await }))
            .await
    }

    /// The open session of this id, with its user.
    pub async fn open_session(&self, sid: String) -> Result<Option<Session>, StoreError> {
        self.read(move |tx| Box::pin(async move { find(tx, &sid).await })).await
    }

    /// The open session of a refresh token, spent or not, with its user.
    pub async fn session_of(&self, token: TokenHash) -> Result<Option<Session>, StoreError> {
        const SQL: &str = concat!(
            "SELECT ",
            session_columns!(),
            " FROM refresh_tokens r JOIN sessions s ON s.sid = r.sid JOIN users u ON u.id = s.user_id
              WHERE r.hash = $1 AND s.ended_at IS NULL"
        );
        self.read(move |tx| {
            Box::pin(async move {
                first(tx, SQL, values![&token]).await?.map(|mut row| Session::from_row(&mut row)).transpose()
            })
        })
        .await
    }

    /// The open sessions of a user, or of all, that can still be used; the last used one first.
    pub async fn list_sessions(&self, user: Option<String>, now: UnixSeconds) -> Result<Vec<Session>, StoreError> {
        let sql = if user.is_some() { LAST_USED_OF_USER } else { LAST_USED };
        self.usable_sessions(sql, now, [Some(MAX_LISTED.into()), user.map(Value::from)]).await
    }

    /// The open sessions of a user, or of all, that can still be used, with a sid after this one; by sid, at most so many.
    pub async fn sessions_after(
        &self,
        user: Option<String>,
        after: String,
        limit: i64,
        now: UnixSeconds,
    ) -> Result<Vec<Session>, StoreError> {
        let sql = if user.is_some() { BY_SID_OF_USER } else { BY_SID };
        self.usable_sessions(sql, now, [Some(limit.into()), Some(after.into()), user.map(Value::from)]).await
    }

    /// What one of the `usable_sessions!` finds, with its values from `$3` on.
    async fn usable_sessions<const N: usize>(
        &self,
        sql: &'static str,
        now: UnixSeconds,
        more: [Option<Value>; N],
    ) -> Result<Vec<Session>, StoreError> {
        let lives = self.lives();
        let mut values = values![now - lives.absolute, now - lives.idle].to_vec();
        values.extend(more.into_iter().flatten());
        self.read(move |tx| {
            Box::pin(async move {
                let rows = tx.query(sql, &values).await?;
                rows.into_iter().map(|mut row| Session::from_row(&mut row)).collect()
            })
        })
        .await
    }
}

/// Opens a session when its user is enabled and has the password that was proved, with its first refresh token where it is
/// to have one.
pub(super) async fn open(
    tx: &mut Tx<'_>,
    session: &Session,
    token: Option<&TokenHash>,
    expires: Expiries,
) -> Result<bool, StoreError> {
    if !hold_proved(tx, &session.user.id, session.user.password_changed_at).await? {
        return Ok(false);
    }
    let sql = "INSERT INTO sessions (sid, user_id, created_at, last_used_at, auth_time, amr, client_id, scope, audience, source,
                   tokens_until)
               VALUES ($1, $2, $3, $3, $4, $5, $6, $7, $8, $9, $10)";
    let (scope, audience, source) = (session.scope.as_ref(), session.audience.as_ref(), session.source.as_ref());
    let (sid, user, amr) = (&session.sid, &session.user.id, session.amr.as_slice());
    let (created, auth_time, client, until) =
        (session.created_at, session.auth_time, &session.client_id, expires.access);
    tx.execute(sql, values![sid, user, created, auth_time, amr, client, scope, audience, source, until]).await?;
    if let Some(token) = token {
        insert_token(tx, token, sid, session.created_at, expires.refresh).await?;
    }
    Ok(true)
}

/// Notes that an access token was issued. Clocks of nodes differ, and a life may have been longer before: neither time goes
/// back.
pub(super) async fn note_issue(
    tx: &mut Tx<'_>,
    sid: &str,
    issued: UnixSeconds,
    until: UnixSeconds,
) -> Result<(), StoreError> {
    let sql = "UPDATE sessions SET last_used_at = CASE WHEN last_used_at > $2 THEN last_used_at ELSE $2 END,
                   tokens_until = CASE WHEN tokens_until IS NULL THEN $4 WHEN tokens_until > $3 THEN tokens_until ELSE $3 END
               WHERE sid = $1";
    tx.execute(sql, values![sid, issued, until, unknown_expiry(issued)]).await?;
    Ok(())
}

/// Stores a refresh token by its hash.
pub(super) async fn insert_token(
    tx: &mut Tx<'_>,
    hash: &TokenHash,
    sid: &str,
    issued: UnixSeconds,
    expires: UnixSeconds,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO refresh_tokens (hash, sid, issued_at, expires_at) VALUES ($1, $2, $3, $4)";
    tx.execute(sql, values![hash, sid, issued, expires]).await?;
    Ok(())
}

/// The open session of this id.
pub(super) async fn find(tx: &mut Tx<'_>, sid: &str) -> Result<Option<Session>, StoreError> {
    const SQL: &str = concat!(
        "SELECT ",
        session_columns!(),
        " FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.sid = $1 AND s.ended_at IS NULL"
    );
    first(tx, SQL, values![sid]).await?.map(|mut row| Session::from_row(&mut row)).transpose()
}

/// Ends a session and revokes its access tokens. `None` when it had ended before, or there is none.
pub(super) async fn end(
    tx: &mut Tx<'_>,
    sid: &str,
    reason: EndReason,
    origin: &Origin,
) -> Result<Option<Session>, StoreError> {
    const END: &str = concat!(
        "UPDATE sessions SET ended_at = $2, end_reason = $3 WHERE sid = $1 AND ended_at IS NULL RETURNING ",
        last_issued!("$2"),
        ", ",
        last_expiry!("$4")
    );
    let Some(session) = find(tx, sid).await? else { return Ok(None) };
    let ended = first(tx, END, values![sid, origin.at, reason.as_str(), unknown_expiry(origin.at)]).await?;
    let Some(mut ended) = ended else { return Ok(None) };
    let (issued, until) = (ended.take(0)?, ended.take(1)?);
    let (subject, detail) = (&*session.user.id, json!({ "reason": reason.as_str() }));
    let event = Event::named("session_ended").user(subject).sid(sid).client(&session.client_id);
    audit::note(tx, origin, event.detail(detail)).await?;
    let (kind, names) = (RevokedKind::Session, vec![(sid.to_owned(), until)]);
    publish_of(tx, &Revoking { subject, kind, names, issued, until }, origin.at).await?;
    Ok(Some(session))
}

/// Ends all sessions of a user but one, browser sessions included; how many.
pub(super) async fn end_all_of(
    tx: &mut Tx<'_>,
    user: &str,
    but: Option<&str>,
    reason: EndReason,
    origin: &Origin,
) -> Result<usize, StoreError> {
    // Two that end several sessions could wait for each other's.
    first(tx, "SELECT id FROM users WHERE id = $1 FOR UPDATE", values![user]).await?;
    let locked = lock_open(tx, Whose::User(user, but), origin.at).await?;
    let names = locked.alive(tx, forgotten_before(origin.at), origin.at, MAX_OF_SUBJECT as i64 + 1).await?;
    locked.end(tx, reason.as_str(), origin).await?;
    let browsers = "UPDATE browser_sessions SET ended_at = $2 WHERE user_id = $1 AND ended_at IS NULL";
    tx.execute(browsers, values![user, origin.at]).await?;
    // Codes that were not redeemed yet would open a session afterwards.
    tx.execute("DELETE FROM authorization_codes WHERE user_id = $1 AND used_at IS NULL", values![user]).await?;
    let (subject, kind, issued, until) = (user, RevokedKind::Session, locked.issued, locked.until);
    publish_of(tx, &Revoking { subject, kind, names, issued, until }, origin.at).await?;
    Ok(locked.count)
}
