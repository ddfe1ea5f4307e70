//! Checks the id token that comes with a redeemed code (OpenID Connect Core 3.1.3.7): signature, issuer, audience, times,
//! nonce. Never takes one that was issued to another client as well, and never keeps it.

use serde_json::{Value, json};
use witgate_keyring::Keyring;
use witgate_token::{Claims, Failure, Refusal};

/// Why an id token is not taken. Quotes nothing of it.
#[derive(Debug, thiserror::Error)]
pub enum IdTokenFault {
    /// It does not verify.
    #[error("the id token does not verify: {0}")]
    Refused(Refusal),
    /// The keys are not there, so nobody can tell.
    #[error("the id token cannot be verified now: {0}")]
    NoKeys(Refusal),
    /// It names other audiences, or another party that it was issued to.
    #[error("the id token is not for the portal alone")]
    Audience,
    /// It belongs to another sign-in.
    #[error("the id token has another nonce than this sign-in")]
    Nonce,
}

/// Verifies id tokens for one client. Cheap to clone.
#[derive(Clone)]
pub struct IdTokens {
    keyring: Keyring,
    client_id: String,
}

impl IdTokens {
    /// `keyring` has the issuer with the profile of id tokens, whose audience is `client_id`.
    #[must_use]
    pub fn new(keyring: Keyring, client_id: &str) -> Self {
        Self { keyring, client_id: client_id.to_owned() }
    }

    /// Whether this id token is good, for the portal alone, and of the sign-in with this nonce.
    pub async fn check(&self, id_token: &str, nonce: &str) -> Result<(), IdTokenFault> {
        let claims = self.keyring.authenticate(id_token).await.map_err(|refusal| match refusal.failure() {
            Failure::KeysUnavailable => IdTokenFault::NoKeys(refusal),
            _ => IdTokenFault::Refused(refusal),
        })?;
        if !is_for(&claims, &self.client_id) {
            return Err(IdTokenFault::Audience);
        }
        match claims.get("nonce").and_then(Value::as_str) {
            Some(told) if told == nonce => Ok(()),
            _ => Err(IdTokenFault::Nonce),
        }
    }
}

fn is_for(claims: &Claims, client_id: &str) -> bool {
    let audience = claims.get("aud");
    let alone = audience == Some(&json!(client_id)) || audience == Some(&json!([client_id]));
    alone && claims.get("azp").is_none_or(|azp| azp == client_id)
}
