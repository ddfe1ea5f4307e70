//! Whether an access token counts at this moment: signature, time, session or client, and what was revoked one by one.
//! Never says "yes" to what the store does not answer.

use witgate_token::Claims;

use super::{GrantError, Grants};
use crate::clock::UnixSeconds;
use crate::store::{Client, Event, IssuedToken, Origin, RevokedKind, Session};

/// An access token that counts now.
#[derive(Debug, Clone)]
pub struct Active {
    /// What it says.
    pub claims: Claims,
    /// Whose it is.
    pub holder: Holder,
}

/// Whose an access token is.
#[derive(Debug, Clone)]
pub enum Holder {
    /// A user's, with the session.
    User(Box<Session>),
    /// A client's own (RFC 6749 section 4.4).
    Client(Box<Client>),
}

impl Active {
    /// The client that the token was issued to.
    pub fn client_id(&self) -> &str {
        match &self.holder {
            Holder::User(session) => &session.client_id,
            Holder::Client(client) => &client.client_id,
        }
    }

    /// The session, when a user is behind the token.
    pub fn session(&self) -> Option<&Session> {
        if let Holder::User(session) = &self.holder { Some(session) } else { None }
    }
}

impl Grants {
    /// A token that counts now, with its holder.
    pub async fn active(&self, token: &str, origin: &Origin) -> Result<Option<Active>, GrantError> {
        let Some(claims) = self.own_tokens.verify(token, origin.at) else { return Ok(None) };
        let Some(token) = issued(&claims) else { return Ok(None) };
        let Some(holder) = self.holder(&claims).await? else { return Ok(None) };
        if self.store.is_token_revoked(token).await? {
            return Ok(None);
        }
        Ok(Some(Active { claims, holder }))
    }

    /// The open session of an enabled user, or the enabled client.
    async fn holder(&self, claims: &Claims) -> Result<Option<Holder>, GrantError> {
        let subject = claims.subject();
        let Some(sid) = claims.session_id() else { return self.client_of(claims).await };
        let session = self.store.open_session(sid.to_owned()).await?;
        let session = session.filter(|session| session.user.id == subject && session.user.disabled_at.is_none());
        Ok(session.map(|session| Holder::User(Box::new(session))))
    }

    async fn client_of(&self, claims: &Claims) -> Result<Option<Holder>, GrantError> {
        let subject = claims.subject().to_owned();
        if claims.get("client_id").and_then(|id| id.as_str()) != Some(subject.as_str()) {
            return Ok(None);
        }
        let issued = issued_at(claims).unwrap_or_default();
        if self.store.is_revoked(RevokedKind::Client, subject.clone(), issued).await? {
            return Ok(None);
        }
        Ok(self.enabled_client(subject).await?.map(|client| Holder::Client(Box::new(client))))
    }

    /// Revokes an access token that counts.
    pub async fn revoke_access_token(&self, active: &Active, origin: Origin) -> Result<(), GrantError> {
        let Some(token) = issued(&active.claims) else { return Ok(()) };
        let event = Event::named("token_revoked").client(active.client_id());
        let event = match active.session() {
            Some(session) => event.user(&session.user.id).sid(&session.sid),
            None => event,
        };
        Ok(self.store.revoke_token(token, event, origin).await?)
    }
}

/// What the store asks about; nothing where it could not be revoked.
fn issued(claims: &Claims) -> Option<IssuedToken> {
    Some(IssuedToken {
        jti: claims.token_id()?.to_owned(),
        subject: claims.subject().to_owned(),
        issued_at: issued_at(claims)?,
        expires_at: UnixSeconds::try_from(claims.expires_at()).ok()?,
    })
}

fn issued_at(claims: &Claims) -> Option<UnixSeconds> {
    claims.issued_at().and_then(|at| UnixSeconds::try_from(at).ok())
}
