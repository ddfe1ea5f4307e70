//! Proving who somebody is: the password, then the second factor where the account has one. The same answer and the same
//! work for unknown users, disabled users and wrong passwords. What is tried while a soft lock lasts is neither checked
//! nor counted: else an attacker could keep the owner out for good. What was right is told only when no lock began
//! meanwhile: else the one right guess of a thousand at once would be. Never tells why a password was refused, and never
//! forgets failures before all was proved: who knows the password alone must not try codes for ever.

use serde_json::json;

use super::{GrantError, Grants};
use crate::clock::UnixSeconds;
use crate::secret::Secret;
use crate::store::{Credentials, Event, Origin, User};
use crate::throttle::ThrottleKey;

/// Somebody who proved all that their account asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proved {
    /// Who it is.
    pub user: User,
    /// How they proved it (RFC 8176).
    pub amr: Vec<String>,
}

/// One try to prove something: whose failures count, and where it came from.
pub(super) struct Attempt<'a> {
    keys: Vec<ThrottleKey>,
    origin: &'a Origin,
}

impl Grants {
    /// Checks name and password, and the code when the account has a second factor: a code of the app, or a recovery
    /// code. An account without one needs no code, and does not look at it. Every failure costs one password verification.
    ///
    /// # Errors
    /// [`GrantError::SecondFactorNeeded`] when all that is missing is the code: then nothing is counted.
    pub async fn prove_all(
        &self,
        name: &str,
        password: Secret,
        code: Option<Secret>,
        origin: &Origin,
    ) -> Result<Proved, GrantError> {
        let attempt = self.attempt(name, origin);
        let user = self.check_password(&attempt, name, password).await?;
        let amr = self.check_factor(&attempt, &user, code).await?;
        let locked = self.store.note_success(attempt.keys.clone(), origin.at).await?;
        admitted(locked, &attempt)?;
        Ok(Proved { user, amr })
    }

    /// Checks the password of somebody who is signed in already; the user as of then.
    pub(super) async fn prove_again(&self, user: &User, password: Secret, origin: &Origin) -> Result<User, GrantError> {
        let attempt = self.attempt(&user.name, origin);
        let proved = self.check_password(&attempt, &user.name, password).await?;
        self.refuse_locked_meanwhile(&attempt).await?;
        Ok(proved)
    }

    /// What is tried now at the account of this name.
    pub(super) fn attempt<'a>(&self, name: &str, origin: &'a Origin) -> Attempt<'a> {
        let name = name.to_ascii_lowercase();
        let source = origin.source.as_deref().and_then(|source| source.parse().ok()).map(ThrottleKey::source);
        let account = ThrottleKey::account(self.throttle.expose(), &name);
        Attempt { keys: [account].into_iter().chain(source).collect(), origin }
    }

    async fn check_password(&self, attempt: &Attempt<'_>, name: &str, password: Secret) -> Result<User, GrantError> {
        self.refuse_locked(attempt).await?;
        let found = self.store.credentials(name.to_ascii_lowercase()).await?;
        let user_id = found.as_ref().map(|found| found.user.id.clone());
        let enabled = found.filter(|found| found.user.disabled_at.is_none());
        let hash = enabled.as_ref().map(|found| found.password_hash.clone());
        let checked = self.passwords.verify_and_renew(password, hash).await?;
        match enabled {
            Some(found) if checked.matches => {
                self.renew(&found, checked.renewed).await?;
                Ok(found.user)
            }
            _ => {
                self.note_failed(attempt, Event { user: user_id, ..Event::named("login_failed") }).await?;
                Err(GrantError::InvalidCredentials)
            }
        }
    }

    /// Stores the hash at today's cost, unless the password was changed meanwhile.
    async fn renew(&self, found: &Credentials, renewed: Option<String>) -> Result<(), GrantError> {
        let Some(hash) = renewed else { return Ok(()) };
        self.store.replace_hash(found.user.id.clone(), found.password_hash.clone(), hash).await?;
        tracing::info!(event = "password_rehashed", user = found.user.id);
        Ok(())
    }

    /// How the user proved who they are, the password included.
    async fn check_factor(
        &self,
        attempt: &Attempt<'_>,
        user: &User,
        code: Option<Secret>,
    ) -> Result<Vec<String>, GrantError> {
        let proofs: &[&str] = match self.confirmed_factor(user).await? {
            None => &["pwd"],
            Some(factor) => {
                let Some(code) = code else {
                    self.refuse_locked_meanwhile(attempt).await?;
                    return Err(GrantError::SecondFactorNeeded);
                };
                let proof = self.take_code(user, &factor, &code, attempt.origin).await?;
                let Some(proof) = proof else { return Err(self.wrong_code(attempt, user).await?) };
                proof.amr()
            }
        };
        Ok(proofs.iter().map(|&proof| proof.to_owned()).collect())
    }

    /// Counts a wrong code; what to answer.
    pub(super) async fn wrong_code(&self, attempt: &Attempt<'_>, user: &User) -> Result<GrantError, GrantError> {
        let event = Event::named("login_failed").user(&user.id).detail(json!({ "factor": "code" }));
        self.note_failed(attempt, event).await?;
        Ok(GrantError::SecondFactorWrong)
    }

    pub(super) async fn refuse_locked(&self, attempt: &Attempt<'_>) -> Result<(), GrantError> {
        admitted(self.store.locked_until(attempt.keys.clone(), attempt.origin.at).await?, attempt)
    }

    /// After something was right that is no whole sign-in: refuses it when a lock began since the attempt did.
    pub(super) async fn refuse_locked_meanwhile(&self, attempt: &Attempt<'_>) -> Result<(), GrantError> {
        admitted(self.store.locked_meanwhile(attempt.keys.clone(), attempt.origin.at).await?, attempt)
    }

    /// Counts a failure. During a lock, which others may have caused meanwhile, it is not counted, and not told.
    async fn note_failed(&self, attempt: &Attempt<'_>, event: Event) -> Result<(), GrantError> {
        tracing::warn!(event = "login_failed", user = event.user);
        admitted(self.store.note_failure(attempt.keys.clone(), event, attempt.origin.clone()).await?, attempt)
    }
}

/// What to answer when a new password, a disabled user or the end of the session came before what was asked.
pub(super) fn overtaken(user: &User) -> GrantError {
    tracing::warn!(event = "account_change_refused", user = user.id, "what was proved no longer held");
    GrantError::InvalidCredentials
}

fn admitted(locked_until: Option<UnixSeconds>, attempt: &Attempt<'_>) -> Result<(), GrantError> {
    let Some(until) = locked_until else { return Ok(()) };
    tracing::warn!(event = "login_locked", source = attempt.origin.source);
    Err(GrantError::Locked { seconds: u32::try_from(until - attempt.origin.at).unwrap_or(1).max(1) })
}

#[cfg(test)]
mod tests;
