//! What a client can be registered as: the rules for all who register one. Each fault names its place and the remedy.
//! Never adds a client, and never makes a secret.

mod redirect_uri;
mod rules;

use thiserror::Error;
use uuid::Uuid;

use crate::clock::UnixSeconds;
use crate::config::Config;
use crate::grant_type::GrantType;
use crate::opaque::TokenHash;
use crate::store::Client;

/// How a client will prove itself.
#[derive(Clone)]
pub enum Credential {
    /// It cannot keep a secret: an app on a device, a page (RFC 6749 section 2.1).
    Public,
    /// A secret, of which this is the hash.
    Secret(TokenHash),
    /// Its public keys, a JWKS document (RFC 7517).
    Keys(String),
}

/// A client to register.
pub struct Registration {
    /// The `client_id`; nothing: a UUID is made.
    pub client_id: Option<String>,
    /// For people.
    pub name: String,
    /// How it will prove itself.
    pub credential: Credential,
    /// Where a browser may be sent back to.
    pub redirect_uris: Vec<String>,
    /// How it gets tokens; none: it only asks this service something.
    pub grants: Vec<GrantType>,
    /// What it may.
    pub scopes: Vec<String>,
    /// The audiences that its tokens may have; none: the configured one alone.
    pub audiences: Vec<String>,
    /// Whether users need not be asked for their consent.
    pub first_party: bool,
}

/// Why a client cannot be registered.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{place}: {message}")]
pub struct RegistrationFault {
    /// What is wrong: `name`, `id`, `public`, `redirect-uri`, `grant`, `scope`, `audience` or `jwks`.
    pub place: &'static str,
    /// Why, and the remedy.
    pub message: String,
}

impl Registration {
    /// The client to add, once every rule holds.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn check(self, config: &Config, now: UnixSeconds) -> Result<Client, RegistrationFault> {
        rules::check(&self, config)?;
        let (auth_method, secret_hash, jwks) = match self.credential {
            Credential::Public => ("none", None, None),
            Credential::Secret(hash) => ("client_secret", Some(hash), None),
            Credential::Keys(jwks) => ("private_key_jwt", None, Some(jwks)),
        };
        Ok(Client {
            client_id: self.client_id.unwrap_or_else(|| Uuid::new_v4().to_string()),
            name: self.name,
            auth_method: auth_method.to_owned(),
            secret_hash,
            jwks,
            redirect_uris: self.redirect_uris,
            grant_types: sorted(self.grants.iter().map(GrantType::to_string)),
            scopes: sorted(self.scopes),
            audiences: self.audiences,
            first_party: self.first_party,
            created_at: now,
            disabled_at: None,
        })
    }
}

fn sorted(words: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut words: Vec<String> = words.into_iter().collect();
    words.sort_unstable();
    words.dedup();
    words
}

#[cfg(test)]
mod tests;
