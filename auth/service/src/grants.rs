//! Signing in, refreshing, signing out: the decisions, and the audit events they leave. Never tells a caller why a
//! sign-in failed, and never logs a name that was typed, a password or a token: only ids that the store knows.

use thiserror::Error;
use uuid::Uuid;

use crate::access_token::TokenIssuer;
use crate::clock::UnixSeconds;
use crate::password::{PasswordError, Passwords};
use crate::refresh_token;
use crate::secret::Secret;
use crate::signing::SigningError;
use crate::store::{Credentials, Rotation, Session, SessionLimits, Store, StoreError};

const DAY_SECONDS: UnixSeconds = 86_400;
/// A session ends when it is not refreshed for 14 days, and 30 days after signing in at the latest.
pub const SESSION_LIMITS: SessionLimits = SessionLimits { idle: 14 * DAY_SECONDS, absolute: 30 * DAY_SECONDS };

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
    /// Too much is waiting. Nothing was changed, or at least nothing was acknowledged.
    #[error("too many requests are waiting")]
    Busy,
    /// The service cannot do its work; the text is for the operator.
    #[error("{0}")]
    Broken(String),
}

/// The service's rooms, together. Clones share them.
#[derive(Clone, Debug)]
pub struct Grants {
    store: Store,
    passwords: Passwords,
    issuer: TokenIssuer,
}

impl Grants {
    /// Puts the rooms together.
    pub fn new(store: Store, passwords: Passwords, issuer: TokenIssuer) -> Grants {
        Grants { store, passwords, issuer }
    }

    /// Checks name and password and opens a session. Every failure costs one password verification.
    pub async fn sign_in(&self, name: &str, password: Secret, now: UnixSeconds) -> Result<Grant, GrantError> {
        let found = self.store.credentials(name.to_ascii_lowercase()).await?;
        let user_id = found.as_ref().map(|found| found.user.id.clone());
        let enabled = found.filter(|found| found.user.disabled_at.is_none());
        let hash = enabled.as_ref().map(|found| found.password_hash.clone());
        let matches = self.passwords.verify(password, hash).await?;
        match enabled {
            Some(Credentials { user, .. }) if matches => {
                self.open(Session { sid: Uuid::new_v4().to_string(), created_at: now, user }).await
            }
            _ => {
                tracing::warn!(event = "login_failed", user = user_id);
                Err(GrantError::InvalidCredentials)
            }
        }
    }

    /// Spends the refresh token for a new pair. A spent one ends its session, unless its answer was lost a moment ago.
    pub async fn refresh(&self, token: &Secret, now: UnixSeconds) -> Result<Grant, GrantError> {
        let presented = refresh_token::presented(token).ok_or(GrantError::InvalidGrant)?;
        let (successor_token, successor) = refresh_token::generate()?;
        match self.store.rotate_refresh(presented, successor, SESSION_LIMITS, now).await? {
            Rotation::Rotated(session) => {
                tracing::info!(event = "refresh_rotated", user = session.user.id, sid = session.sid);
                self.grant(&session, successor_token, now)
            }
            Rotation::Repeated(session) => {
                tracing::warn!(event = "refresh_repeated", user = session.user.id, sid = session.sid);
                self.grant(&session, successor_token, now)
            }
            refused => {
                log_refused(&refused);
                Err(GrantError::InvalidGrant)
            }
        }
    }

    /// Ends the session of the refresh token. An unknown token is no error: the caller is signed out either way.
    pub async fn sign_out(&self, token: &Secret, now: UnixSeconds) -> Result<(), GrantError> {
        let Some(presented) = refresh_token::presented(token) else { return Ok(()) };
        if let Some(session) = self.store.end_session(presented, now).await? {
            tracing::info!(event = "logout", user = session.user.id, sid = session.sid);
        }
        Ok(())
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

    async fn open(&self, session: Session) -> Result<Grant, GrantError> {
        let (token, hash) = refresh_token::generate()?;
        if !self.store.create_session(session.clone(), hash, SESSION_LIMITS).await? {
            // Disabled between the check and now.
            tracing::warn!(event = "login_failed", user = session.user.id);
            return Err(GrantError::InvalidCredentials);
        }
        tracing::info!(event = "login_succeeded", user = session.user.id, sid = session.sid);
        self.grant(&session, token, session.created_at)
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
            other => GrantError::Broken(other.to_string()),
        }
    }
}

impl From<SigningError> for GrantError {
    fn from(cause: SigningError) -> Self {
        GrantError::Broken(cause.to_string())
    }
}

impl From<getrandom::Error> for GrantError {
    fn from(cause: getrandom::Error) -> Self {
        GrantError::Broken(format!("no randomness: {cause}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::signing::{SigningAlgorithm, SigningKey};
    use crate::store::{NewUser, REFRESH_GRACE};

    const NOW: UnixSeconds = 1_800_000_000;

    fn secret(text: &str) -> Secret {
        Secret::new(text.to_owned())
    }

    async fn grants_with_alice() -> (tempfile::TempDir, Grants) {
        let temp = tempfile::tempdir().unwrap();
        let toml = "issuer = \"http://127.0.0.1:9000\"\naudience = \"witgate\"";
        let config = Config::parse(&temp.path().join("auth.toml"), toml).unwrap();
        let (store, passwords) = (Store::open(&config.database).unwrap(), Passwords::new().unwrap());
        let password_hash = passwords.hash(secret("correct horse")).await.unwrap();
        let roles = vec!["customer".to_owned()];
        let alice = NewUser { name: "alice".into(), email: None, password_hash, roles, tenant: "acme".into() };
        store.add_user(alice, NOW).await.unwrap();
        let (kid, der) = SigningKey::generate(SigningAlgorithm::Es256).unwrap();
        let issuer = TokenIssuer::new(&config, SigningKey::from_pkcs8(SigningAlgorithm::Es256, &kid, &der).unwrap());
        (temp, Grants::new(store, passwords, issuer))
    }

    /// Structure instead of a stop watch: each failure does exactly one verification, like a success.
    #[tokio::test]
    async fn every_sign_in_costs_one_verification() {
        let (_temp, grants) = grants_with_alice().await;
        let attempts =
            [("alice", "correct horse", true), ("alice", "wrong horse", false), ("nobody", "correct horse", false)];
        for (count, (name, password, succeeds)) in (1..).zip(attempts) {
            assert_eq!(grants.sign_in(name, secret(password), NOW).await.is_ok(), succeeds, "{name} {password}");
            assert_eq!(grants.verified_passwords_total(), count, "{name} {password}");
        }
        grants.store.disable_user("alice".into(), NOW).await.unwrap();
        let disabled = grants.sign_in("alice", secret("correct horse"), NOW).await;
        assert!(matches!(disabled, Err(GrantError::InvalidCredentials)));
        assert_eq!(grants.verified_passwords_total(), 4);
    }

    #[tokio::test]
    async fn a_user_disabled_between_check_and_session_gets_none() {
        let (_temp, grants) = grants_with_alice().await;
        let user = grants.store.credentials("alice".into()).await.unwrap().unwrap().user;
        grants.store.disable_user("alice".into(), NOW).await.unwrap();
        let refused = grants.open(Session { sid: "s".into(), created_at: NOW, user }).await;
        assert!(matches!(refused, Err(GrantError::InvalidCredentials)));
    }

    #[tokio::test]
    async fn a_lost_answer_is_given_again_within_the_grace_and_to_the_second() {
        let (_temp, grants) = grants_with_alice().await;
        let last_moment = NOW + REFRESH_GRACE - 1;
        let first = grants.sign_in("alice", secret("correct horse"), NOW).await.unwrap();
        grants.refresh(&first.refresh_token, NOW).await.expect("the answer is lost");
        grants.refresh(&first.refresh_token, last_moment).await.expect("within the grace, and lost again");
        let too_late = grants.refresh(&first.refresh_token, NOW + REFRESH_GRACE).await;
        assert!(matches!(too_late, Err(GrantError::InvalidGrant)), "a repetition does not prolong the grace");
    }

    #[tokio::test]
    async fn only_the_last_answer_counts_and_the_others_are_never_excused() {
        let (_temp, grants) = grants_with_alice().await;
        let first = grants.sign_in("alice", secret("correct horse"), NOW).await.unwrap();
        let withdrawn = grants.refresh(&first.refresh_token, NOW).await.unwrap();
        let current = grants.refresh(&first.refresh_token, NOW).await.unwrap();
        let current = grants.refresh(&current.refresh_token, NOW).await.expect("the last answer is good");
        assert!(grants.refresh(&withdrawn.refresh_token, NOW).await.is_err(), "the one before is void");
        assert!(grants.refresh(&current.refresh_token, NOW).await.is_err(), "and has ended the session");
    }

    #[tokio::test]
    async fn a_clock_that_was_set_back_excuses_nothing() {
        let (_temp, grants) = grants_with_alice().await;
        let first = grants.sign_in("alice", secret("correct horse"), NOW).await.unwrap();
        grants.refresh(&first.refresh_token, NOW).await.unwrap();
        assert!(grants.refresh(&first.refresh_token, NOW - 1).await.is_err());
    }

    #[tokio::test]
    async fn idle_and_absolute_limits_hold_to_the_second() {
        let (_temp, grants) = grants_with_alice().await;
        let idle = grants.sign_in("alice", secret("correct horse"), NOW).await.unwrap();
        assert!(grants.refresh(&idle.refresh_token, NOW + SESSION_LIMITS.idle).await.is_err());
        let mut last = grants.sign_in("alice", secret("correct horse"), NOW).await.unwrap();
        for day in [13, 26] {
            last = grants.refresh(&last.refresh_token, NOW + day * DAY_SECONDS).await.expect("used in time");
        }
        let end = NOW + SESSION_LIMITS.absolute;
        last = grants.refresh(&last.refresh_token, end - 1).await.expect("one second before the end");
        assert!(matches!(grants.refresh(&last.refresh_token, end).await, Err(GrantError::InvalidGrant)));
    }
}
