//! Passwords: the rules for new ones, and hashing and verifying them with argon2id in a bounded pool of blocking
//! threads. For an unknown or disabled account the same work is done on a decoy hash, so that neither the answer nor
//! its time tells whether the account exists. Never logs, stores or returns a password.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{self, PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use thiserror::Error;

use crate::gate::{Busy, Gate};
use crate::secret::Secret;

/// Shortest new password, in characters (NIST SP 800-63B: length before anything else).
pub const MIN_PASSWORD_CHARS: usize = 8;
/// Longest password, in bytes: more would only be work for the hash.
pub const MAX_PASSWORD_BYTES: usize = 1024;
/// argon2id memory, in KiB (OWASP: 19 MiB with two passes and one lane).
const MEMORY_KIB: u32 = 19 * 1024;
/// argon2id passes over the memory.
const PASSES: u32 = 2;
/// argon2id lanes.
const LANES: u32 = 1;
/// How many callers may wait for a core, per core.
const WAITERS_PER_CORE: usize = 32;
/// How long a caller waits for a core.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why a password cannot be set or checked.
#[derive(Debug, Error)]
pub enum PasswordError {
    /// Fewer than [`MIN_PASSWORD_CHARS`] characters.
    #[error("the password is too short: use at least {MIN_PASSWORD_CHARS} characters")]
    TooShort,
    /// More than [`MAX_PASSWORD_BYTES`] bytes.
    #[error("the password is too long: use at most {MAX_PASSWORD_BYTES} bytes")]
    TooLong,
    /// All cores are hashing and the waiting room is full.
    #[error("too many passwords are being checked: try again in a moment")]
    Busy,
    /// The stored hash cannot be read, or the hash function failed.
    #[error("password hashing failed: {0}")]
    Hash(String),
}

impl From<Busy> for PasswordError {
    fn from(_: Busy) -> Self {
        PasswordError::Busy
    }
}

/// Checks a new password against the rules. Length comes first and is the only rule.
pub fn acceptable(password: &Secret) -> Result<(), PasswordError> {
    let text = password.expose();
    if text.len() > MAX_PASSWORD_BYTES {
        return Err(PasswordError::TooLong);
    }
    if text.chars().count() < MIN_PASSWORD_CHARS { Err(PasswordError::TooShort) } else { Ok(()) }
}

/// The pool: as many hashes at once as there are cores, a bounded number waiting.
#[derive(Clone, Debug)]
pub struct Passwords {
    gate: Gate,
    decoy: Arc<str>,
    verified: Arc<AtomicU64>,
}

impl Passwords {
    /// A pool for this machine. Hashes one decoy, which takes some tens of milliseconds.
    pub fn new() -> Result<Passwords, PasswordError> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Passwords::with_gate(Gate::new(cores, cores * WAITERS_PER_CORE, PATIENCE))
    }

    /// A pool behind the given gate.
    pub fn with_gate(gate: Gate) -> Result<Passwords, PasswordError> {
        let mut noise = [0_u8; 32];
        getrandom::fill(&mut noise).map_err(|cause| PasswordError::Hash(cause.to_string()))?;
        let decoy = hash_now(&noise)?;
        Ok(Passwords { gate, decoy: decoy.into(), verified: Arc::default() })
    }

    /// The PHC string (`$argon2id$v=19$m=19456,t=2,p=1$...`) of a new password, which must be [`acceptable`].
    pub async fn hash(&self, password: Secret) -> Result<String, PasswordError> {
        acceptable(&password)?;
        self.in_pool(move || hash_now(password.expose().as_bytes())).await
    }

    /// Whether the password belongs to the stored hash. `None` (no such account, or one that may not sign in) does
    /// the same work on the decoy and says `false`.
    pub async fn verify(&self, password: Secret, stored: Option<String>) -> Result<bool, PasswordError> {
        if password.expose().len() > MAX_PASSWORD_BYTES {
            return Err(PasswordError::TooLong);
        }
        let (known, decoy, verified) = (stored.is_some(), Arc::clone(&self.decoy), Arc::clone(&self.verified));
        let matches = self.in_pool(move || {
            let matches = verify_now(password.expose().as_bytes(), stored.as_deref().unwrap_or(&decoy))?;
            verified.fetch_add(1, Ordering::Relaxed);
            Ok(matches)
        });
        Ok(matches.await? && known)
    }

    /// How many verifications were carried out since the start, decoys included.
    pub fn verified_total(&self) -> u64 {
        self.verified.load(Ordering::Relaxed)
    }

    /// The admission moves into the blocking task: a caller that gives up does not free a core that still works.
    async fn in_pool<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let admission = self.gate.enter().await?;
        let task = tokio::task::spawn_blocking(move || {
            let result = work();
            drop(admission);
            result
        });
        task.await.map_err(|cause| PasswordError::Hash(cause.to_string()))?
    }
}

fn hasher() -> Result<Argon2<'static>, PasswordError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(failed)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash_now(password: &[u8]) -> Result<String, PasswordError> {
    let hash: PasswordHash = hasher()?.hash_password(password).map_err(failed)?;
    Ok(hash.to_string())
}

fn verify_now(password: &[u8], stored: &str) -> Result<bool, PasswordError> {
    let stored = PasswordHash::new(stored).map_err(failed)?;
    match hasher()?.verify_password(password, &stored) {
        Ok(()) => Ok(true),
        Err(password_hash::Error::PasswordInvalid) => Ok(false),
        Err(cause) => Err(failed(cause)),
    }
}

fn failed(cause: impl std::fmt::Display) -> PasswordError {
    PasswordError::Hash(cause.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Secret {
        Secret::new(text.to_owned())
    }

    #[test]
    fn length_is_the_rule_for_new_passwords() {
        assert!(matches!(acceptable(&secret("1234567")), Err(PasswordError::TooShort)));
        assert!(acceptable(&secret("12345678")).is_ok());
        assert!(acceptable(&secret("åäöåäöåä")).is_ok(), "characters count, not bytes");
        assert!(acceptable(&secret(&"x".repeat(1024))).is_ok());
        assert!(matches!(acceptable(&secret(&"x".repeat(1025))), Err(PasswordError::TooLong)));
    }

    #[tokio::test]
    async fn the_right_password_only_and_the_stated_cost() {
        let pool = Passwords::new().unwrap();
        let stored = pool.hash(secret("correct horse")).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(pool.verify(secret("correct horse"), Some(stored.clone())).await.unwrap());
        assert!(!pool.verify(secret("correct horsf"), Some(stored)).await.unwrap());
    }

    #[tokio::test]
    async fn an_unknown_account_costs_the_same_work_and_is_refused() {
        let pool = Passwords::new().unwrap();
        assert!(pool.decoy.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(!pool.verify(secret("anything at all"), None).await.unwrap());
        assert_eq!(pool.verified_total(), 1);
    }

    #[tokio::test]
    async fn a_full_pool_is_busy() {
        let gate = Gate::new(1, 0, Duration::from_secs(60));
        let pool = Passwords::with_gate(gate.clone()).unwrap();
        let taken = gate.enter().await.unwrap();
        assert!(matches!(pool.verify(secret("12345678"), None).await, Err(PasswordError::Busy)));
        assert_eq!(pool.verified_total(), 0, "a refused check does no work");
        drop(taken);
        assert!(!pool.verify(secret("12345678"), None).await.unwrap());
    }

    #[tokio::test]
    async fn a_caller_that_gives_up_does_not_free_the_core() {
        let gate = Gate::new(1, 0, Duration::from_secs(60));
        let pool = Passwords::with_gate(gate.clone()).unwrap();
        let (let_go, wait) = std::sync::mpsc::sync_channel::<()>(1);
        let (started, has_started) = tokio::sync::oneshot::channel();
        let work = pool.in_pool(move || {
            let _ = started.send(());
            let _ = wait.recv();
            Ok(())
        });
        tokio::select! {
            _ = work => panic!("the work cannot end before it may"),
            _ = has_started => {} // and the caller is dropped
        }
        assert!(gate.enter().await.is_err(), "the core still works");
        let_go.send(()).unwrap();
    }

    #[tokio::test]
    async fn a_damaged_hash_is_an_error_not_a_match() {
        let pool = Passwords::new().unwrap();
        let answer = pool.verify(secret("12345678"), Some("plain".into())).await;
        assert!(matches!(answer, Err(PasswordError::Hash(_))));
    }
}
