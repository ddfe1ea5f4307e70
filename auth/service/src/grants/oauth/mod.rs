//! The grants of `/oauth/token`: what a client may have, and what it gets. Never gives a client a grant, a scope or a
//! resource that it is not registered for.

mod client_proof;
mod resource;
mod authorization_code;
mod refresh;
mod client_credentials;

pub use authorization_code::CodeExchange;
pub use client_proof::ClientProof;
pub use refresh::RefreshRequest;

use super::{GrantError, Grants};
use crate::clock::UnixSeconds;
use crate::grant_type::GrantType;
use crate::scope;
use crate::secret::Secret;
use crate::store::{Client, Session};

/// What a client gets (RFC 6749 section 5.1). It has no `Debug`.
pub struct TokenSet {
    /// The compact JWS.
    pub access_token: String,
    /// Seconds until the access token expires.
    pub expires_in: u32,
    /// The scopes, separated by spaces.
    pub scope: String,
    /// Good for one use; nothing: the client has no such grant.
    pub refresh_token: Option<Secret>,
    /// Who signed in (OpenID Connect Core section 3.1.3.3), when `openid` is among the scopes.
    pub id_token: Option<String>,
}

/// The client's registration names this grant.
fn require(client: &Client, grant: GrantType) -> Result<(), GrantError> {
    if client.has_grant(grant) { Ok(()) } else { Err(GrantError::UnauthorizedClient) }
}

impl Grants {
    /// Tokens for an open session, with no more than the client may have today. `asked`: less than the session has.
    fn tokens(
        &self,
        mut session: Session,
        client: &Client,
        asked: Option<&str>,
        with: Extras<'_>,
        now: UnixSeconds,
    ) -> Result<TokenSet, GrantError> {
        let allowed = client.scopes.iter().map(String::as_str);
        session.scope = Some(scope::narrowed(asked.or(session.scope.as_deref()), allowed));
        let issued = self.issuer.issue(&session, now)?;
        let id_token = scope::contains(&issued.scope, scope::OPENID)
            .then(|| self.issuer.id_token(&session, with.nonce, &issued.token, now))
            .transpose()?;
        let (access_token, expires_in, scope) = (issued.token, issued.expires_in, issued.scope);
        Ok(TokenSet { access_token, expires_in, scope, refresh_token: with.refresh_token, id_token })
    }
}

/// What goes with the access token.
struct Extras<'a> {
    nonce: Option<&'a str>,
    refresh_token: Option<Secret>,
}
