//! Whether a client is who it says (RFC 6749 section 2.3). The same answer for every refusal. Never compares a secret in
//! a time that depends on it, and never takes a public client for one that proved itself.

use aws_lc_rs::constant_time::verify_slices_are_equal;

use crate::client_assertion;
use crate::grants::{GrantError, Grants};
use crate::opaque::{self, Kind, TokenHash};
use crate::secret::Secret;
use crate::store::{Client, Origin};

/// What a client shows of itself.
#[derive(Debug)]
pub enum ClientProof {
    /// Nothing but its id: a public client (RFC 6749 section 2.1).
    Public {
        /// The `client_id`.
        client_id: String,
    },
    /// Its secret.
    Secret {
        /// The `client_id`.
        client_id: String,
        /// The text that it sent.
        secret: Secret,
    },
    /// A JWT that it signed (RFC 7523).
    Assertion {
        /// The `client_id`, where it stands beside the assertion.
        client_id: Option<String>,
        /// The text that it sent.
        assertion: Secret,
    },
}

impl Grants {
    /// The enabled client that this proves. [`GrantError::InvalidClient`] otherwise, whatever is wrong.
    pub async fn prove_client(&self, proof: ClientProof, origin: &Origin) -> Result<Client, GrantError> {
        let client = match proof {
            ClientProof::Public { client_id } => self.public_client(client_id).await?,
            ClientProof::Secret { client_id, secret } => self.client_with_secret(client_id, &secret).await?,
            ClientProof::Assertion { client_id, assertion } => {
                self.client_with_key(client_id, &assertion, origin).await?
            }
        };
        client.ok_or_else(|| {
            tracing::warn!(event = "client_refused");
            GrantError::InvalidClient
        })
    }

    async fn public_client(&self, client_id: String) -> Result<Option<Client>, GrantError> {
        Ok(self.enabled_client(client_id).await?.filter(Client::is_public))
    }

    async fn client_with_secret(&self, client_id: String, secret: &Secret) -> Result<Option<Client>, GrantError> {
        let Some(presented) = opaque::presented(Kind::ClientSecret, secret) else { return Ok(None) };
        Ok(proved(self.store.client(client_id).await?, &presented))
    }

    async fn client_with_key(
        &self,
        client_id: Option<String>,
        assertion: &Secret,
        origin: &Origin,
    ) -> Result<Option<Client>, GrantError> {
        let claimed = client_assertion::claimed_client(assertion.expose());
        let Some(id) = claimed.filter(|claimed| client_id.is_none_or(|id| id == *claimed)) else { return Ok(None) };
        let Some(client) = self.enabled_client(id).await? else { return Ok(None) };
        let Some(jwks) = &client.jwks else { return Ok(None) };
        let issuer = self.issuer.issuer();
        let audiences = [issuer.to_owned(), format!("{issuer}/oauth/token")];
        match client_assertion::verify(assertion.expose(), &client.client_id, jwks, audiences, origin.at) {
            Ok(good) => {
                let is_first_use = self.store.use_assertion(good.hash, good.forgotten_at).await?;
                Ok(is_first_use.then_some(client))
            }
            Err(fault) => {
                tracing::warn!(event = "assertion_refused", client = client.client_id, %fault);
                Ok(None)
            }
        }
    }
}

/// The client, when it is enabled and this is its secret's hash.
fn proved(client: Option<Client>, presented: &TokenHash) -> Option<Client> {
    let hash = client.as_ref().and_then(|client| client.secret_hash);
    let same = verify_slices_are_equal(&hash.unwrap_or_default(), presented).is_ok();
    client.filter(|client| same && hash.is_some() && client.is_enabled())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(secret_hash: Option<TokenHash>, disabled_at: Option<i64>) -> Client {
        Client {
            client_id: "c".into(),
            name: "n".into(),
            auth_method: "client_secret".into(),
            secret_hash,
            jwks: None,
            redirect_uris: vec![],
            grant_types: vec![],
            scopes: vec![],
            audiences: vec![],
            first_party: true,
            created_at: 0,
            disabled_at,
        }
    }

    /// The decoy must not be a secret that somebody could have.
    #[test]
    fn only_an_enabled_client_with_this_very_secret_passes() {
        assert!(proved(Some(client(Some([1; 32]), None)), &[1; 32]).is_some());
        assert!(proved(Some(client(Some([1; 32]), None)), &[2; 32]).is_none());
        assert!(proved(Some(client(Some([1; 32]), Some(5))), &[1; 32]).is_none());
        assert!(proved(Some(client(None, None)), &[0; 32]).is_none());
        assert!(proved(None, &[0; 32]).is_none());
    }
}
