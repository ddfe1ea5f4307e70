//! The grant `refresh_token` (RFC 6749 section 6). A refresh token counts only from the client that got it. Never gives
//! more than the session has: a request can only ask for less.

use super::{Extras, TokenSet, require};
use crate::grant_type::GrantType;
use crate::grants::{GrantError, Grants};
use crate::refresh_token;
use crate::scope;
use crate::secret::Secret;
use crate::store::{Client, Origin, Session};

/// What a client sends for new tokens.
pub struct RefreshRequest {
    /// The refresh token.
    pub token: Secret,
    /// Less than the session has; nothing: all of it.
    pub scope: Option<String>,
    /// `resource` (RFC 8707), which must be that of the session.
    pub resource: Option<String>,
}

impl Grants {
    /// Spends the refresh token for a new pair. What is asked for is judged first, so that a mistake costs no token.
    pub async fn refresh_for(
        &self,
        client: &Client,
        request: RefreshRequest,
        origin: Origin,
    ) -> Result<TokenSet, GrantError> {
        require(client, GrantType::RefreshToken)?;
        if request.scope.is_some() || request.resource.is_some() {
            self.judge(client, &request).await?;
        }
        let now = origin.at;
        let (session, next) = self.rotate(&request.token, &client.client_id, origin).await?;
        // The operator may have taken it back.
        self.audience_for(client, session.audience.as_deref())?;
        let with = Extras { nonce: None, refresh_token: Some(next) };
        self.tokens(session, client, request.scope.as_deref(), with, now)
    }

    /// A token that is unknown, or another client's, is refused later, as one that came without these wishes.
    async fn judge(&self, client: &Client, request: &RefreshRequest) -> Result<(), GrantError> {
        let Some(presented) = refresh_token::presented(&request.token) else { return Ok(()) };
        let found = self.store.session_of(presented).await?;
        let Some(session) = found.filter(|session| session.client_id == client.client_id) else { return Ok(()) };
        let audience = session.audience.as_deref().unwrap_or(self.issuer.audience());
        if request.resource.as_deref().is_some_and(|resource| resource != audience) {
            return Err(GrantError::InvalidTarget);
        }
        let granted = self.granted_once(&session);
        let within = |asked: &str| scope::words(asked).all(|word| scope::contains(&granted, word));
        if request.scope.as_deref().is_none_or(within) { Ok(()) } else { Err(GrantError::InvalidScope) }
    }

    /// The scope that the session began with.
    fn granted_once(&self, session: &Session) -> String {
        session.scope.clone().unwrap_or_else(|| self.issuer.roles().scope_of(&session.user.roles))
    }
}
