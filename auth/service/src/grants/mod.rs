//! Signing in, refreshing, signing out: the decisions, and the audit events they leave. Never tells a caller why a
//! sign-in failed, and never logs a name that was typed, a password or a token: only ids that the store knows.

mod second_factor;
mod proof;
mod sign_in;
mod account;
mod introspect;
mod oauth;
mod browser;
mod first_step;
mod authorize;

pub use authorize::{Authorization, CODE_SECONDS, Step};
pub use browser::BROWSER_SECONDS;
pub use first_step::FirstStep;
pub use introspect::{Active, Holder};
pub use oauth::{ClientProof, CodeExchange, RefreshRequest, TokenSet};
pub use proof::Proved;

use std::sync::Arc;

use thiserror::Error;

use crate::access_token::{LOGIN_CLIENT, TokenIssuer};
use crate::clock::UnixSeconds;
use crate::own_tokens::OwnTokens;
use crate::password::{PasswordError, Passwords};
use crate::refresh_token::{self, Deriver};
use crate::secret::Secret;
use crate::signing::SigningError;
use crate::store::{Candidate, Client, Origin, Rotation, Session, Store, StoreError};
use crate::totp::EnrolmentError;
use crate::vault::{MasterKey, Purpose, Sealer, Subkey, VaultError};

/// A pair of tokens for their owner. It has no `Debug`.
pub struct Grant {
    /// The compact JWS.
    pub access_token: String,
    /// Seconds until the access token expires.
    pub expires_in: u32,
    /// The refresh token, good for one use.
    pub refresh_token: Secret,
    /// The scopes, separated by spaces.
    pub scope: String,
}

/// Why there is no grant.
#[derive(Debug, Error)]
pub enum GrantError {
    /// Unknown user, disabled user or wrong password: the caller cannot tell which.
    #[error("the user name or the password is wrong")]
    InvalidCredentials,
    /// The refresh token is unknown, spent, expired, or its session has ended: the caller cannot tell which.
    #[error("the refresh token is not valid: sign in again")]
    InvalidGrant,
    /// The password is longer than any can be.
    #[error("the password is too long")]
    PasswordTooLong,
    /// The new password is too short, or easy to guess: the text says why.
    #[error("{0}")]
    PasswordRefused(String),
    /// Too many failed attempts for this account or from this address.
    #[error("too many failed attempts: try again in {seconds} seconds")]
    Locked {
        /// Until the next try counts.
        seconds: u32,
    },
    /// The password is right, and the account has a second factor: a code is missing.
    #[error("a code of the second factor is needed")]
    SecondFactorNeeded,
    /// The code is wrong, or was used before: the caller cannot tell which.
    #[error("the code is wrong or was used before: wait for the next one")]
    SecondFactorWrong,
    /// The account has a second factor in force.
    #[error("there is a second factor already: remove it first")]
    SecondFactorExists,
    /// The account has no second factor, or none that waits for its confirmation.
    #[error("there is no second factor")]
    NoSecondFactor,
    /// The user has no open session of this id.
    #[error("there is no such session")]
    NoSuchSession,
    /// Unknown client, disabled client or wrong proof: the caller cannot tell which.
    #[error("the client could not be authenticated")]
    InvalidClient,
    /// The client is not registered for this grant.
    #[error("the client may not use this grant")]
    UnauthorizedClient,
    /// Nothing of the asked scope can be given, or more was asked than there is.
    #[error("this scope cannot be given")]
    InvalidScope,
    /// The client may not have tokens for this resource (RFC 8707).
    #[error("the client may not ask for this resource")]
    InvalidTarget,
    /// Too much is waiting. Nothing was changed, or at least nothing was acknowledged.
    #[error("too many requests are waiting")]
    Busy,
    /// The service cannot do its work; the text is for the operator.
    #[error("{0}")]
    Broken(String),
}

/// The service's rooms, together. Clones share them.
#[derive(Clone)]
pub struct Grants {
    store: Store,
    passwords: Passwords,
    issuer: TokenIssuer,
    own_tokens: OwnTokens,
    deriver: Deriver,
    throttle: Arc<Subkey>,
    sealer: Arc<Sealer>,
}

impl Grants {
    /// Puts the rooms together.
    pub fn new(
        store: Store,
        passwords: Passwords,
        issuer: TokenIssuer,
        own_tokens: OwnTokens,
        master: &MasterKey,
    ) -> Grants {
        let throttle = Arc::new(master.subkey(Purpose::Throttle));
        let sealer = Arc::new(Sealer::new(master));
        Grants { store, passwords, issuer, own_tokens, deriver: Deriver::new(master), throttle, sealer }
    }

    /// Spends the refresh token for a new pair. A spent one ends its session, unless its answer was lost a moment ago:
    /// then the same successor is given again.
    pub async fn refresh(&self, token: &Secret, origin: Origin) -> Result<Grant, GrantError> {
        let now = origin.at;
        let (session, successor) = self.rotate(token, LOGIN_CLIENT, origin).await?;
        self.grant(&session, successor, now)
    }

    /// Spends a refresh token of this client; its session, and the successor.
    async fn rotate(&self, token: &Secret, client: &str, origin: Origin) -> Result<(Session, Secret), GrantError> {
        let presented = refresh_token::presented(token).ok_or(GrantError::InvalidGrant)?;
        let salt = refresh_token::new_salt()?;
        let (successor, hash) = self.deriver.successor(token, &salt);
        let candidate = Candidate { salt, hash };
        match self.store.rotate_refresh(presented, client.to_owned(), candidate, origin).await? {
            Rotation::Rotated(session) => {
                tracing::info!(event = "refresh_rotated", user = session.user.id, sid = session.sid);
                Ok((session, successor))
            }
            Rotation::Repeated(session, salt) => {
                tracing::warn!(event = "refresh_repeated", user = session.user.id, sid = session.sid);
                let (same, _) = self.deriver.successor(token, &salt);
                Ok((session, same))
            }
            refused => {
                log_refused(&refused);
                Err(GrantError::InvalidGrant)
            }
        }
    }

    /// Ends the session of the refresh token. An unknown token is no error: the caller is signed out either way.
    pub async fn sign_out(&self, token: &Secret, origin: Origin) -> Result<(), GrantError> {
        let Some(presented) = refresh_token::presented(token) else { return Ok(()) };
        if let Some(session) = self.store.end_session_of(presented, origin).await? {
            tracing::info!(event = "logout", user = session.user.id, sid = session.sid);
        }
        Ok(())
    }

    /// The client of this id, while it is enabled.
    pub async fn enabled_client(&self, client_id: String) -> Result<Option<Client>, GrantError> {
        Ok(self.store.client(client_id).await?.filter(Client::is_enabled))
    }

    /// Whether this client is one of the operator's own, for which a user need not be asked.
    pub async fn is_first_party(&self, client_id: &str) -> Result<bool, GrantError> {
        // Sessions of `/login` need no registration.
        Ok(client_id == LOGIN_CLIENT
            || self.store.client(client_id.to_owned()).await?.is_some_and(|client| client.first_party))
    }

    /// Whether the store works.
    pub async fn ready(&self) -> Result<(), StoreError> {
        self.store.ready().await
    }

    /// Who issues the tokens.
    pub fn issuer(&self) -> &TokenIssuer {
        &self.issuer
    }

    /// How many password verifications were carried out, those for unknown users included.
    pub fn verified_passwords_total(&self) -> u64 {
        self.passwords.verified_total()
    }

    /// The pool of hashes, for accounts that are added or get a new password.
    pub fn passwords(&self) -> &Passwords {
        &self.passwords
    }

    /// The store, for what is only read.
    pub fn store(&self) -> &Store {
        &self.store
    }

    fn grant(&self, session: &Session, refresh_token: Secret, now: UnixSeconds) -> Result<Grant, GrantError> {
        let issued = self.issuer.issue(session, now)?;
        Ok(Grant { access_token: issued.token, expires_in: issued.expires_in, refresh_token, scope: issued.scope })
    }
}

fn log_refused(refused: &Rotation) {
    match refused {
        Rotation::Reused { sid, user } => {
            tracing::warn!(event = "refresh_reused", user, sid, "a spent refresh token came back: session ended");
        }
        other => {
            let reason = match other {
                Rotation::SessionEnded => "session_ended",
                Rotation::Expired => "expired",
                Rotation::UserDisabled => "user_disabled",
                _ => "unknown",
            };
            tracing::info!(event = "refresh_refused", reason);
        }
    }
}

impl From<StoreError> for GrantError {
    fn from(cause: StoreError) -> Self {
        match cause {
            StoreError::Busy => GrantError::Busy,
            other => GrantError::Broken(other.to_string()),
        }
    }
}

impl From<PasswordError> for GrantError {
    fn from(cause: PasswordError) -> Self {
        match cause {
            PasswordError::Busy => GrantError::Busy,
            PasswordError::TooLong => GrantError::PasswordTooLong,
            refused if refused.is_refusal() => GrantError::PasswordRefused(refused.to_string()),
            other => GrantError::Broken(other.to_string()),
        }
    }
}

impl From<SigningError> for GrantError {
    fn from(cause: SigningError) -> Self {
        GrantError::Broken(cause.to_string())
    }
}

impl From<VaultError> for GrantError {
    fn from(cause: VaultError) -> Self {
        GrantError::Broken(cause.to_string())
    }
}

impl From<EnrolmentError> for GrantError {
    fn from(cause: EnrolmentError) -> Self {
        GrantError::Broken(cause.to_string())
    }
}

impl From<getrandom::Error> for GrantError {
    fn from(cause: getrandom::Error) -> Self {
        GrantError::Broken(format!("no randomness: {cause}"))
    }
}

#[cfg(test)]
mod tests;
