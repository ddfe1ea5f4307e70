//! Signing in with name and password. The same answer and the same work for unknown users, disabled users and wrong
//! passwords. What is tried while a soft lock lasts is neither checked nor counted: else an attacker could keep the
//! owner out for good. Never tells why a sign-in failed.

use uuid::Uuid;

use super::{Grant, GrantError, Grants};
use crate::access_token::LOGIN_CLIENT;
use crate::refresh_token;
use crate::secret::Secret;
use crate::store::{Credentials, Event, Origin, Session, User};
use crate::throttle::ThrottleKey;

impl Grants {
    /// Checks name and password and opens a session. Every failure costs one password verification.
    pub async fn sign_in(&self, name: &str, password: Secret, origin: Origin) -> Result<Grant, GrantError> {
        let (user, _) = self.prove(name, password, &origin).await?;
        self.open(login_session(user, &origin), origin).await
    }

    /// The user whose name and password these are, with the hash that matched.
    pub(super) async fn prove(
        &self,
        name: &str,
        password: Secret,
        origin: &Origin,
    ) -> Result<(User, String), GrantError> {
        let name = name.to_ascii_lowercase();
        let keys = self.throttle_keys(&name, origin);
        self.refuse_locked(&keys, origin).await?;
        let found = self.store.credentials(name).await?;
        let user_id = found.as_ref().map(|found| found.user.id.clone());
        let enabled = found.filter(|found| found.user.disabled_at.is_none());
        let hash = enabled.as_ref().map(|found| found.password_hash.clone());
        let matches = self.passwords.verify(password, hash).await?;
        match enabled {
            Some(Credentials { user, password_hash }) if matches => {
                self.forget_failures(&keys).await?;
                Ok((user, password_hash))
            }
            _ => Err(self.failed(keys, user_id, origin).await?),
        }
    }

    /// Opens the session and issues its first pair.
    pub(super) async fn open(&self, session: Session, origin: Origin) -> Result<Grant, GrantError> {
        let (token, hash) = refresh_token::generate()?;
        let now = origin.at;
        if !self.store.create_session(session.clone(), hash, origin).await? {
            // Disabled between the check and now.
            tracing::warn!(event = "login_failed", user = session.user.id);
            return Err(GrantError::InvalidCredentials);
        }
        tracing::info!(event = "login_succeeded", user = session.user.id, sid = session.sid);
        self.grant(&session, token, now)
    }

    fn throttle_keys(&self, name: &str, origin: &Origin) -> Vec<ThrottleKey> {
        let source = origin.source.as_deref().and_then(|source| source.parse().ok()).map(ThrottleKey::source);
        [ThrottleKey::account(self.throttle.expose(), name)].into_iter().chain(source).collect()
    }

    async fn refuse_locked(&self, keys: &[ThrottleKey], origin: &Origin) -> Result<(), GrantError> {
        match self.store.locked_until(keys.to_vec(), origin.at).await? {
            Some(until) => {
                tracing::warn!(event = "login_locked", source = origin.source);
                Err(GrantError::Locked { seconds: u32::try_from(until - origin.at).unwrap_or(1).max(1) })
            }
            None => Ok(()),
        }
    }

    async fn failed(
        &self,
        keys: Vec<ThrottleKey>,
        user: Option<String>,
        origin: &Origin,
    ) -> Result<GrantError, GrantError> {
        tracing::warn!(event = "login_failed", user);
        let event = Event { user, ..Event::named("login_failed") };
        self.store.note_failure(keys, event, origin.clone()).await?;
        Ok(GrantError::InvalidCredentials)
    }

    async fn forget_failures(&self, keys: &[ThrottleKey]) -> Result<(), GrantError> {
        for key in keys.iter().filter(|key| key.is_cleared_by_success()) {
            self.store.clear_failures(*key).await?;
        }
        Ok(())
    }
}

pub(super) fn login_session(user: User, origin: &Origin) -> Session {
    Session {
        sid: Uuid::new_v4().to_string(),
        created_at: origin.at,
        last_used_at: origin.at,
        auth_time: origin.at,
        amr: vec!["pwd".to_owned()],
        client_id: LOGIN_CLIENT.to_owned(),
        scope: None,
        audience: None,
        source: origin.source.clone(),
        user,
    }
}
