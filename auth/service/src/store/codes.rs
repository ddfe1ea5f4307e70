//! The store's verbs for authorization codes (RFC 6749 section 4.1.2): kept by their hash, good for one use. Two that
//! redeem one code are judged one after the other. Never sees a code or a verifier, and never opens a second session
//! for a code: a second use ends the first one's.

use serde_json::json;
use uuid::Uuid;

use super::Store;
use super::audit::{self, Event};
use super::error::StoreError;
use super::records::{Origin, Session, User, user_columns};
use super::sessions::{EndReason, Expiries, end, open};
use super::statements::{Tx, first};
use super::value::values;
use crate::clock::UnixSeconds;
use crate::opaque::TokenHash;

/// A code that a user gave to a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCode {
    /// SHA-256 of the code.
    pub hash: TokenHash,
    /// The client that may redeem it.
    pub client_id: String,
    /// The user's id.
    pub user_id: String,
    /// Where the browser was sent with it, letter by letter.
    pub redirect_uri: String,
    /// `code_challenge` of method S256 (RFC 7636 section 4.2).
    pub code_challenge: String,
    /// What the user allowed, separated by spaces.
    pub scope: String,
    /// `nonce` for the ID token (OpenID Connect Core section 3.1.2.1).
    pub nonce: Option<String>,
    /// The resource that was asked for (RFC 8707); nothing: the configured audience.
    pub audience: Option<String>,
    /// When the user proved who they are.
    pub auth_time: UnixSeconds,
    /// How (RFC 8176).
    pub amr: Vec<String>,
    /// When the code is void.
    pub expires_at: UnixSeconds,
}

/// Who presents a code, and what the session that it opens starts with.
#[derive(Debug, Clone)]
pub struct Redemption {
    /// SHA-256 of the code.
    pub hash: TokenHash,
    /// The client, which has proved itself.
    pub client_id: String,
    /// The `redirect_uri` of the token request; nothing when it has none.
    pub redirect_uri: Option<String>,
    /// S256 of the `code_verifier`.
    pub challenge: String,
    /// The resource of the token request, which must be that of the code; nothing: it does not say.
    pub resource: Option<String>,
    /// The audience of a code that has none of its own.
    pub configured_audience: String,
    /// The first refresh token's hash; nothing: the session gets none.
    pub refresh: Option<TokenHash>,
}

/// What became of a presented code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Redeemed {
    /// The code is spent, and the session is open.
    Opened {
        /// The new session.
        session: Box<Session>,
        /// The `nonce` of the request that the code answered.
        nonce: Option<String>,
    },
    /// There is no such code for this client.
    Unknown,
    /// `redirect_uri` or `code_verifier` are not those of the request that the code answered. It is not spent.
    Mismatch,
    /// Another resource than the code's (RFC 8707). It is not spent.
    OtherResource,
    /// It is too old.
    Expired,
    /// The user or the client is disabled.
    Disabled,
    /// It was spent before. The session that it opened has ended now, if it was open.
    Reused {
        /// That session.
        sid: Option<String>,
        /// The user's id.
        user: String,
    },
}

impl Store {
    /// Keeps a new code.
    pub async fn add_code(&self, new: NewCode, origin: Origin) -> Result<(), StoreError> {
        self.write(move |tx| Box::pin(async move { insert(tx, &new, &origin).await })).await
    }

    /// Spends a code for a session, with its first refresh token where there is one; or ends the session when the code
    /// was spent before. Only who has the right verifier can do either.
    pub async fn redeem_code(&self, by: Redemption, origin: Origin) -> Result<Redeemed, StoreError> {
        let expires = self.expiries(origin.at, origin.at);
        self.write(move |tx| Box::pin(async move { redeem(tx, &by, expires, &origin).await })).await
    }
}

/// Keeps a new code.
pub(super) async fn insert(tx: &mut Tx<'_>, new: &NewCode, origin: &Origin) -> Result<(), StoreError> {
    let sql = "INSERT INTO authorization_codes (hash, client_id, user_id, redirect_uri, code_challenge, scope, nonce,
                   audience, auth_time, amr, expires_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    let (nonce, audience, amr) = (new.nonce.as_ref(), new.audience.as_ref(), new.amr.as_slice());
    let (redirect, challenge) = (&new.redirect_uri, &new.code_challenge);
    let (hash, client, user, scope) = (&new.hash, &new.client_id, &new.user_id, &new.scope);
    let row =
        values![hash, client, user, redirect, challenge, scope, nonce, audience, new.auth_time, amr, new.expires_at];
    tx.execute(sql, row).await?;
    let event = Event::named("code_issued").user(user).client(client);
    audit::note(tx, origin, event.detail(json!({ "scope": scope, "audience": audience }))).await
}

/// A code as it is kept.
struct Kept {
    code: NewCode,
    used_at: Option<UnixSeconds>,
    sid: Option<String>,
}

/// The code, which nobody else redeems or takes back until the end of this transaction. Its user's row is locked before
/// it is read, in the order of all who end a user's sessions: else two could wait for each other.
async fn locked(tx: &mut Tx<'_>, hash: &TokenHash) -> Result<Option<Kept>, StoreError> {
    let lock = "SELECT id FROM users WHERE id = (SELECT user_id FROM authorization_codes WHERE hash = $1) FOR UPDATE";
    first(tx, lock, values![hash]).await?;
    let sql = "SELECT client_id, user_id, redirect_uri, code_challenge, scope, nonce, audience, auth_time, amr,
                   expires_at, used_at, sid
               FROM authorization_codes WHERE hash = $1";
    let Some(mut row) = first(tx, sql, values![hash]).await? else { return Ok(None) };
    let code = NewCode {
        hash: *hash,
        client_id: row.take(0)?,
        user_id: row.take(1)?,
        redirect_uri: row.take(2)?,
        code_challenge: row.take(3)?,
        scope: row.take(4)?,
        nonce: row.take(5)?,
        audience: row.take(6)?,
        auth_time: row.take(7)?,
        amr: row.take(8)?,
        expires_at: row.take(9)?,
    };
    Ok(Some(Kept { code, used_at: row.take(10)?, sid: row.take(11)? }))
}

async fn redeem(tx: &mut Tx<'_>, by: &Redemption, expires: Expiries, origin: &Origin) -> Result<Redeemed, StoreError> {
    let Some(Kept { code, used_at, sid }) = locked(tx, &by.hash).await? else { return Ok(Redeemed::Unknown) };
    if code.client_id != by.client_id {
        return Ok(Redeemed::Unknown);
    }
    if by.redirect_uri.as_ref() != Some(&code.redirect_uri) || by.challenge != code.code_challenge {
        return Ok(Redeemed::Mismatch);
    }
    if used_at.is_some() {
        return reused(tx, code, sid, origin).await;
    }
    if code.expires_at <= origin.at {
        return Ok(Redeemed::Expired);
    }
    let audience = code.audience.as_ref().unwrap_or(&by.configured_audience);
    if by.resource.as_ref().is_some_and(|resource| resource != audience) {
        return Ok(Redeemed::OtherResource);
    }
    spend(tx, code, by.refresh.as_ref(), expires, origin).await
}

async fn reused(tx: &mut Tx<'_>, code: NewCode, sid: Option<String>, origin: &Origin) -> Result<Redeemed, StoreError> {
    let event = Event { sid: sid.clone(), ..Event::named("code_reused").user(&code.user_id).client(&code.client_id) };
    audit::note(tx, origin, event).await?;
    if let Some(sid) = &sid {
        end(tx, sid, EndReason::CodeReused, origin).await?;
    }
    Ok(Redeemed::Reused { sid, user: code.user_id })
}

async fn spend(
    tx: &mut Tx<'_>,
    code: NewCode,
    refresh: Option<&TokenHash>,
    expires: Expiries,
    origin: &Origin,
) -> Result<Redeemed, StoreError> {
    const USER: &str = concat!("SELECT ", user_columns!(), " FROM users u WHERE u.id = $1");
    // Locked, so that disabling comes before or after it.
    let enabled = "SELECT client_id FROM clients WHERE client_id = $1 AND disabled_at IS NULL FOR UPDATE";
    if first(tx, enabled, values![&code.client_id]).await?.is_none() {
        return Ok(Redeemed::Disabled);
    }
    let Some(mut row) = first(tx, USER, values![&code.user_id]).await? else { return Ok(Redeemed::Disabled) };
    let session = session(&code, User::from_row(&mut row)?, origin);
    if !open(tx, &session, refresh, expires).await? {
        return Ok(Redeemed::Disabled);
    }
    let sql = "UPDATE authorization_codes SET used_at = $2, sid = $3 WHERE hash = $1";
    tx.execute(sql, values![&code.hash, origin.at, &session.sid]).await?;
    let event = Event::named("code_redeemed").user(&code.user_id).sid(&session.sid).client(&code.client_id);
    audit::note(tx, origin, event).await?;
    Ok(Redeemed::Opened { session: Box::new(session), nonce: code.nonce })
}

fn session(code: &NewCode, user: User, origin: &Origin) -> Session {
    Session {
        sid: Uuid::new_v4().to_string(),
        created_at: origin.at,
        last_used_at: origin.at,
        auth_time: code.auth_time,
        amr: code.amr.clone(),
        client_id: code.client_id.clone(),
        scope: Some(code.scope.clone()),
        audience: code.audience.clone(),
        source: origin.source.clone(),
        user,
    }
}
