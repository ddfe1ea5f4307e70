//! The grant `client_credentials` (RFC 6749 section 4.4): a client that acts for itself. Never for a public client, which
//! anybody can be, and never with a refresh token: it can ask again.

use super::{TokenSet, require};
use crate::grant_type::GrantType;
use crate::grants::{GrantError, Grants};
use crate::store::{Client, Origin};

impl Grants {
    /// A token for the client itself.
    pub fn client_token(
        &self,
        client: &Client,
        scope: Option<&str>,
        resource: Option<&str>,
        origin: &Origin,
    ) -> Result<TokenSet, GrantError> {
        require(client, GrantType::ClientCredentials)?;
        if client.is_public() {
            return Err(GrantError::UnauthorizedClient);
        }
        let audience = self.audience_for(client, resource)?;
        let issued = self.issuer.issue_to_client(client, scope, audience.as_deref(), origin.at)?;
        if scope.is_some() && issued.scope.is_empty() {
            return Err(GrantError::InvalidScope);
        }
        tracing::info!(event = "client_token_issued", client = client.client_id);
        let (access_token, expires_in, scope) = (issued.token, issued.expires_in, issued.scope);
        Ok(TokenSet { access_token, expires_in, scope, refresh_token: None, id_token: None })
    }
}
