//! Rotation of refresh tokens: one verb, one transaction, with the session's row locked, so that two requests with one
//! token are judged one after the other. Never sees a token, only its hash.

use super::Store;
use super::audit::{self, Event};
use super::error::StoreError;
use super::records::{Origin, Session};
use super::sessions::{EndReason, Expiries, SESSION_WIDTH, end, insert_token, note_issue, session_columns};
use super::statements::{Tx, first};
use super::value::values;
use crate::clock::UnixSeconds;
use crate::refresh_token::TokenHash;

/// For this many seconds after a refresh token was spent, its owner may present it again and gets the same successor:
/// the answer was lost. Reloading a page twice or a cut connection does that. Counted from the first use.
pub const REFRESH_GRACE: UnixSeconds = 10;

/// What a successor is derived with, beside the token itself.
pub type Salt = [u8; 16];

/// The successor that takes the token's place if nobody was before it.
#[derive(Clone, Copy)]
pub struct Candidate {
    /// What it was derived with.
    pub salt: Salt,
    /// Its hash.
    pub hash: TokenHash,
}

/// What became of a presented refresh token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rotation {
    /// The token is spent and the candidate is its successor.
    Rotated(Session),
    /// The token was spent within [`REFRESH_GRACE`] and nobody has used its successor, which is the one derived with
    /// this salt.
    Repeated(Session, Salt),
    /// No such token, or it is another client's.
    Unknown,
    /// The session had ended before.
    SessionEnded,
    /// The token, or the session, is too old. The session has ended now.
    Expired,
    /// The user is disabled. The session has ended now.
    UserDisabled,
    /// The token was spent before. The session has ended now, and its access tokens are revoked.
    Reused {
        /// The session.
        sid: String,
        /// The user's id.
        user: String,
    },
}

impl Store {
    /// Spends a refresh token of this client for its successor, or ends the session when it was spent before (RFC 9700
    /// section 4.14.2), unless its answer was lost ([`Rotation::Repeated`]). The user's state is checked again.
    pub async fn rotate_refresh(
        &self,
        presented: TokenHash,
        client: String,
        candidate: Candidate,
        origin: Origin,
    ) -> Result<Rotation, StoreError> {
        let (lives, access) = (self.lives(), self.token_until(origin.at));
        self.write(move |tx| {
            Box::pin(async move {
                let Some(token) = locked(tx, &presented).await? else { return Ok(Rotation::Unknown) };
                if token.session.client_id != client {
                    return Ok(Rotation::Unknown);
                }
                let refresh = lives.token_expiry(token.session.created_at, origin.at);
                let expires = Expiries { refresh, access };
                let over = token.expires_at.min(token.session.created_at.saturating_add(lives.absolute)) <= origin.at;
                rotate(tx, token, over, expires, &presented, &candidate, &origin).await
            })
        })
        .await
    }
}

struct FoundToken {
    session: Session,
    ended: bool,
    expires_at: UnixSeconds,
    spent: Option<Spent>,
}

/// When a token was spent, and what took its place.
struct Spent {
    at: UnixSeconds,
    salt: Salt,
    successor_used: bool,
}

/// The token with its session, whose row nobody else changes until the end of this transaction.
async fn locked(tx: &mut Tx<'_>, hash: &TokenHash) -> Result<Option<FoundToken>, StoreError> {
    const FIND: &str = concat!(
        "SELECT ",
        session_columns!(),
        ", s.ended_at, r.expires_at, r.spent_at, r.salt, n.spent_at
         FROM refresh_tokens r JOIN sessions s ON s.sid = r.sid JOIN users u ON u.id = s.user_id
         LEFT JOIN refresh_tokens n ON n.hash = r.successor WHERE r.hash = $1"
    );
    let lock = "SELECT sid FROM sessions WHERE sid = (SELECT sid FROM refresh_tokens WHERE hash = $1) FOR UPDATE";
    if first(tx, lock, values![hash]).await?.is_none() {
        return Ok(None);
    }
    let Some(mut row) = first(tx, FIND, values![hash]).await? else { return Ok(None) };
    let session = Session::from_row(&mut row)?;
    let ended = row.take::<Option<i64>>(SESSION_WIDTH)?.is_some();
    let expires_at = row.take(SESSION_WIDTH + 1)?;
    let (spent_at, salt): (Option<i64>, Option<Salt>) = (row.take(SESSION_WIDTH + 2)?, row.take(SESSION_WIDTH + 3)?);
    let successor_used = row.take::<Option<i64>>(SESSION_WIDTH + 4)?.is_some();
    let spent = spent_at.zip(salt).map(|(at, salt)| Spent { at, salt, successor_used });
    Ok(Some(FoundToken { session, ended, expires_at, spent }))
}

async fn rotate(
    tx: &mut Tx<'_>,
    token: FoundToken,
    over: bool,
    expires: Expiries,
    presented: &TokenHash,
    candidate: &Candidate,
    origin: &Origin,
) -> Result<Rotation, StoreError> {
    let FoundToken { session, ended, spent, .. } = token;
    if ended {
        return Ok(Rotation::SessionEnded);
    }
    if spent.as_ref().is_some_and(|spent| !spent.is_excused(origin.at)) {
        audit::note(tx, origin, Event::named("refresh_reused").user(&session.user.id).sid(&session.sid)).await?;
        end(tx, &session.sid, EndReason::RefreshReused, origin).await?;
        return Ok(Rotation::Reused { sid: session.sid, user: session.user.id });
    }
    if over {
        end(tx, &session.sid, EndReason::Expired, origin).await?;
        return Ok(Rotation::Expired);
    }
    if session.user.disabled_at.is_some() {
        end(tx, &session.sid, EndReason::UserDisabled, origin).await?;
        return Ok(Rotation::UserDisabled);
    }
    if let Some(spent) = spent {
        audit::note(tx, origin, Event::named("refresh_repeated").user(&session.user.id).sid(&session.sid)).await?;
        note_issue(tx, &session.sid, origin.at, expires.access).await?;
        return Ok(Rotation::Repeated(session, spent.salt));
    }
    spend(tx, presented, candidate, origin.at).await?;
    insert_token(tx, &candidate.hash, &session.sid, origin.at, expires.refresh).await?;
    note_issue(tx, &session.sid, origin.at, expires.access).await?;
    Ok(Rotation::Rotated(session))
}

impl Spent {
    /// Whether it was a moment ago, and nobody has used the successor. A moment ahead is a moment, too: of two requests
    /// the later one may have been judged first, and the clocks of two nodes differ. A clock that was set back further
    /// excuses nothing.
    fn is_excused(&self, now: UnixSeconds) -> bool {
        now.saturating_sub(self.at).saturating_abs() < REFRESH_GRACE && !self.successor_used
    }
}

async fn spend(
    tx: &mut Tx<'_>,
    presented: &TokenHash,
    candidate: &Candidate,
    now: UnixSeconds,
) -> Result<(), StoreError> {
    let sql = "UPDATE refresh_tokens SET spent_at = $2, salt = $3, successor = $4 WHERE hash = $1 AND spent_at IS NULL";
    let spent = tx.execute(sql, values![presented, now, &candidate.salt, &candidate.hash]).await?;
    if spent == 1 { Ok(()) } else { Err(StoreError::Failed("a refresh token was spent twice".into())) }
}
