//! Whether an access token counts at this moment: signature, time, session, user, and what was revoked one by one.
//! Never says "yes" to what the store does not answer.

use witgate_token::Claims;

use super::{GrantError, Grants};
use crate::store::{Event, Origin, RevokedKind, Session};

impl Grants {
    /// The claims of a token that counts now, and its session.
    pub async fn active(&self, token: &str, origin: &Origin) -> Result<Option<(Claims, Session)>, GrantError> {
        let Some(claims) = self.own_tokens.verify(token, origin.at) else { return Ok(None) };
        let (Some(sid), Some(jti)) = (claims.session_id(), claims.token_id()) else { return Ok(None) };
        let Some(session) = self.store.open_session(sid.to_owned()).await? else { return Ok(None) };
        let is_its_own = session.user.id == claims.subject() && session.user.disabled_at.is_none();
        let jti = jti.to_owned();
        if !is_its_own || self.store.is_revoked(RevokedKind::Token, jti, origin.at).await? {
            return Ok(None);
        }
        Ok(Some((claims, session)))
    }

    /// Revokes an access token by its `jti`, for the client that it was issued to. One that does not count is no error
    /// (RFC 7009 section 2.2).
    pub async fn revoke_access_token(&self, token: &str, origin: Origin) -> Result<(), GrantError> {
        let Some((claims, session)) = self.active(token, &origin).await? else { return Ok(()) };
        let Some(jti) = claims.token_id() else { return Ok(()) };
        let event = Event::named("token_revoked").user(&session.user.id).sid(&session.sid).client(&session.client_id);
        Ok(self.store.revoke_token(jti.to_owned(), event, origin).await?)
    }
}
