//! The store's verbs for browsers that are signed in at this service. A change of password, signing out everywhere and
//! disabling the user end them too (see `sessions`). Never keeps a cookie, only its hash, and never revives one.

use super::Store;
use super::audit::{self, Event};
use super::codes::{self, NewCode};
use super::error::StoreError;
use super::records::{Origin, USER_WIDTH, User, user_columns};
use super::standing::hold_proved;
use super::statements::{Tx, first};
use super::value::values;
use crate::clock::UnixSeconds;
use crate::opaque::TokenHash;

/// A browser that is signed in, with its user as the store last saw them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrowserSession {
    /// SHA-256 of the cookie.
    pub hash: TokenHash,
    /// Who signed in.
    pub user: User,
    /// When the user proved who they are.
    pub auth_time: UnixSeconds,
    /// How (RFC 8176), such as `pwd` and `otp`.
    pub amr: Vec<String>,
    /// When it ends at the latest.
    pub expires_at: UnixSeconds,
}

impl Store {
    /// Remembers a browser by the hash of its new cookie, and forgets the one that it had before. `false`, and nothing is
    /// changed, when the user is gone, was disabled or got another password meanwhile.
    pub async fn open_browser(
        &self,
        session: BrowserSession,
        former: Option<TokenHash>,
        origin: Origin,
    ) -> Result<bool, StoreError> {
        self.write(move |tx| Box::pin(async move { open(tx, &session, former, &origin).await })).await
    }

    /// The browser of this cookie, while it is signed in and its user is enabled.
    pub async fn browser(&self, hash: TokenHash, now: UnixSeconds) -> Result<Option<BrowserSession>, StoreError> {
        self.read(move |tx| Box::pin(async move { find(tx, &hash, now).await })).await
    }

    /// Gives a code to a client for who is signed in there. `false` when nobody is, any more: what ends the browser's session
    /// comes before the code, or voids it.
    pub async fn give_code(&self, browser: TokenHash, new: NewCode, origin: Origin) -> Result<bool, StoreError> {
        self.write(move |tx| {
            Box::pin(async move {
                // Locked, so that what ends all sessions comes before or after the code.
                first(tx, "SELECT id FROM users WHERE id = $1 FOR UPDATE", values![&new.user_id]).await?;
                let is_in = find(tx, &browser, origin.at).await?.is_some();
                if is_in {
                    codes::insert(tx, &new, &origin).await?;
                }
                Ok(is_in)
            })
        })
        .await
    }

    /// Signs this browser out. It and its user, when it was signed in until now.
    pub async fn end_browser(&self, hash: TokenHash, origin: Origin) -> Result<Option<BrowserSession>, StoreError> {
        self.write(move |tx| {
            Box::pin(async move {
                let Some(session) = find(tx, &hash, origin.at).await? else { return Ok(None) };
                if !end(tx, &hash, &origin).await? {
                    return Ok(None);
                }
                audit::note(tx, &origin, Event::named("browser_signed_out").user(&session.user.id)).await?;
                Ok(Some(session))
            })
        })
        .await
    }
}

async fn open(
    tx: &mut Tx<'_>,
    session: &BrowserSession,
    former: Option<TokenHash>,
    origin: &Origin,
) -> Result<bool, StoreError> {
    if !hold_proved(tx, &session.user.id, session.user.password_changed_at).await? {
        return Ok(false);
    }
    if let Some(former) = former {
        end(tx, &former, origin).await?;
    }
    let sql = "INSERT INTO browser_sessions (hash, user_id, auth_time, amr, expires_at) VALUES ($1, $2, $3, $4, $5)";
    let (user, amr) = (&session.user.id, session.amr.as_slice());
    tx.execute(sql, values![&session.hash, user, session.auth_time, amr, session.expires_at]).await?;
    audit::note(tx, origin, Event::named("browser_signed_in").user(user)).await?;
    Ok(true)
}

async fn end(tx: &mut Tx<'_>, hash: &TokenHash, origin: &Origin) -> Result<bool, StoreError> {
    let sql = "UPDATE browser_sessions SET ended_at = $2 WHERE hash = $1 AND ended_at IS NULL";
    Ok(tx.execute(sql, values![hash, origin.at]).await? > 0)
}

async fn find(tx: &mut Tx<'_>, hash: &TokenHash, now: UnixSeconds) -> Result<Option<BrowserSession>, StoreError> {
    const SQL: &str = concat!(
        "SELECT ",
        user_columns!(),
        ", b.auth_time, b.amr, b.expires_at FROM browser_sessions b JOIN users u ON u.id = b.user_id
          WHERE b.hash = $1 AND b.ended_at IS NULL AND b.expires_at > $2 AND u.disabled_at IS NULL"
    );
    let Some(mut row) = first(tx, SQL, values![hash, now]).await? else { return Ok(None) };
    Ok(Some(BrowserSession {
        hash: *hash,
        user: User::from_row(&mut row)?,
        auth_time: row.take(USER_WIDTH)?,
        amr: row.take(USER_WIDTH + 1)?,
        expires_at: row.take(USER_WIDTH + 2)?,
    }))
}
