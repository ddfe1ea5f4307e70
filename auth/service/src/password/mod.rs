//! Passwords: the rules for new ones, and hashing and verifying them with argon2id in a bounded pool of blocking
//! threads. For an unknown or disabled account the same work is done on a decoy hash, so that neither the answer nor
//! its time tells whether the account exists. Never logs, stores or returns a password.

mod text;
mod memory;
mod cost;
mod breached;
mod rules;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use thiserror::Error;

use crate::gate::{Busy, Gate};
use crate::secret::Secret;

use memory::{Memory, MemoryPool};

pub use breached::{BreachedError, BreachedList};
pub use cost::{CostError, HashCost, MAX_LANES, MAX_MEMORY_KIB, MAX_PASSES, MIN_MEMORY_KIB};
pub use rules::{MIN_PASSWORD_CHARS, Owner, PasswordRules};

/// Longest password, in bytes: more would only be work for the hash.
pub const MAX_PASSWORD_BYTES: usize = 1024;
/// How many callers may wait for a core, per core.
const WAITERS_PER_CORE: usize = 32;
/// How long a caller waits for a core.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why a password cannot be set or checked.
#[derive(Debug, Error)]
pub enum PasswordError {
    /// Fewer characters than the rules ask for.
    #[error("the password is too short: use at least {min_chars} characters")]
    TooShort {
        /// How many are enough.
        min_chars: usize,
    },
    /// More than [`MAX_PASSWORD_BYTES`] bytes.
    #[error("the password is too long: use at most {MAX_PASSWORD_BYTES} bytes")]
    TooLong,
    /// It is in the list of passwords that became public.
    #[error("the password is in a list of stolen passwords: use another one")]
    Breached,
    /// It follows a pattern that is tried early.
    #[error("the password is too easy to guess. {reason}")]
    Guessable {
        /// A plain sentence, which does not quote the password.
        reason: String,
    },
    /// All cores are hashing and the waiting room is full.
    #[error("too many passwords are being checked: try again in a moment")]
    Busy,
    /// The list of breached passwords cannot be read; the text is for the operator.
    #[error(transparent)]
    List(#[from] BreachedError),
    /// The stored hash cannot be read, or the hash function failed; the text is for the operator.
    #[error("password hashing failed: {0}")]
    Hash(String),
}

impl PasswordError {
    /// Whether another password would do: then the text is for who chose this one.
    pub fn is_refusal(&self) -> bool {
        use PasswordError::{Breached, Guessable, TooLong, TooShort};
        matches!(self, TooShort { .. } | TooLong | Breached | Guessable { .. })
    }
}

impl From<Busy> for PasswordError {
    fn from(_: Busy) -> Self {
        PasswordError::Busy
    }
}

/// What became of a password that was checked. It has no `Debug`.
pub struct Verified {
    /// Whether it is the account's.
    pub matches: bool,
    /// Its hash at today's cost, when the stored one was made at another.
    pub renewed: Option<String>,
}

/// The pool: as many hashes at once as there are cores, a bounded number waiting. Clones share it.
#[derive(Clone, Debug)]
pub struct Passwords {
    gate: Gate,
    cost: HashCost,
    rules: PasswordRules,
    memory: MemoryPool,
    decoy: Arc<str>,
    verified: Arc<AtomicU64>,
}

impl Passwords {
    /// A pool for this machine with the default cost and rules.
    pub fn new() -> Result<Passwords, PasswordError> {
        Passwords::with(HashCost::default(), PasswordRules::default())
    }

    /// A pool for this machine. Hashes one decoy, which takes some tens of milliseconds.
    pub fn with(cost: HashCost, rules: PasswordRules) -> Result<Passwords, PasswordError> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Passwords::behind(Gate::new(cores, cores * WAITERS_PER_CORE, PATIENCE), cost, rules)
    }

    /// A pool behind the given gate.
    pub fn behind(gate: Gate, cost: HashCost, rules: PasswordRules) -> Result<Passwords, PasswordError> {
        let mut noise = [0_u8; 32];
        getrandom::fill(&mut noise).map_err(|cause| PasswordError::Hash(cause.to_string()))?;
        let memory = MemoryPool::new(cost.blocks());
        let decoy = memory.lend(|memory| cost.hash(&noise, memory))?;
        Ok(Passwords { gate, cost, rules, memory, decoy: decoy.into(), verified: Arc::default() })
    }

    /// As [`Passwords::hash_for`], for an owner of whom nothing is known.
    pub async fn hash(&self, password: Secret) -> Result<String, PasswordError> {
        self.hash_for(password, Owner::default()).await
    }

    /// The PHC string (`$argon2id$v=19$m=19456,t=2,p=1$...`) of a new password, which the rules must admit.
    pub async fn hash_for(&self, password: Secret, owner: Owner) -> Result<String, PasswordError> {
        let (cost, rules) = (self.cost, self.rules.clone());
        let work = move |memory: &mut Memory| {
            rules.check(&password, &owner)?;
            cost.hash(text::normal(password.expose()).as_bytes(), memory)
        };
        self.in_pool(work).await
    }

    /// Whether the stored hash was made at another cost than new ones are.
    pub fn needs_rehash(&self, stored: &str) -> bool {
        self.cost.differs_from(stored)
    }

    /// Whether the password belongs to the stored hash. `None` (no such account, or one that may not sign in) does
    /// the same work on the decoy and says `false`.
    pub async fn verify(&self, password: Secret, stored: Option<String>) -> Result<bool, PasswordError> {
        Ok(self.verify_and_renew(password, stored).await?.matches)
    }

    /// The same, and when the password belongs to a hash that [needs it](Passwords::needs_rehash), a new one. The rules
    /// for new passwords do not apply: it is the old one.
    pub async fn verify_and_renew(&self, password: Secret, stored: Option<String>) -> Result<Verified, PasswordError> {
        if password.expose().len() > MAX_PASSWORD_BYTES {
            return Err(PasswordError::TooLong);
        }
        let (known, cost) = (stored.is_some(), self.cost);
        let (decoy, verified) = (Arc::clone(&self.decoy), Arc::clone(&self.verified));
        self.in_pool(move |memory| {
            let matches = verify_now(password.expose(), stored.as_deref().unwrap_or(&decoy), memory)?;
            verified.fetch_add(1, Ordering::Relaxed);
            let outdated = stored.is_some_and(|stored| matches && cost.differs_from(&stored));
            let renew = || cost.hash(text::normal(password.expose()).as_bytes(), memory);
            Ok(Verified { matches: matches && known, renewed: outdated.then(renew).transpose()? })
        })
        .await
    }

    /// How many verifications were carried out since the start, decoys included.
    pub fn verified_total(&self) -> u64 {
        self.verified.load(Ordering::Relaxed)
    }

    /// The admission moves into the blocking task: a caller that gives up does not free a core that still works.
    async fn in_pool<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Memory) -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let admission = self.gate.enter().await?;
        let memory = self.memory.clone();
        let task = tokio::task::spawn_blocking(move || {
            let result = memory.lend(work);
            drop(admission);
            result
        });
        task.await.map_err(|cause| PasswordError::Hash(cause.to_string()))?
    }
}

/// A text that is not in the normal form is tried in both: the hash may be older than the normalisation.
fn verify_now(typed: &str, stored: &str, memory: &mut Memory) -> Result<bool, PasswordError> {
    for form in text::forms(typed) {
        if cost::verify(form.as_bytes(), stored, memory)? {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Secret {
        Secret::new(text.to_owned())
    }

    fn pool_behind(gate: &Gate) -> Passwords {
        Passwords::behind(gate.clone(), HashCost::default(), PasswordRules::default()).unwrap()
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
        let pool = pool_behind(&gate);
        let taken = gate.enter().await.unwrap();
        assert!(matches!(pool.verify(secret("12345678"), None).await, Err(PasswordError::Busy)));
        assert_eq!(pool.verified_total(), 0, "a refused check does no work");
        drop(taken);
        assert!(!pool.verify(secret("12345678"), None).await.unwrap());
    }

    #[tokio::test]
    async fn a_caller_that_gives_up_does_not_free_the_core() {
        let gate = Gate::new(1, 0, Duration::from_secs(60));
        let pool = pool_behind(&gate);
        let (let_go, wait) = std::sync::mpsc::sync_channel::<()>(1);
        let (started, has_started) = tokio::sync::oneshot::channel();
        let work = pool.in_pool(move |_| {
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

    #[tokio::test]
    async fn the_rules_stand_before_the_hash() {
        let pool = Passwords::new().unwrap();
        let owner = Owner { name: "isabella.quux".into(), email: None };
        let refused = pool.hash_for(secret("isabella.quux"), owner).await.unwrap_err();
        assert!(matches!(refused, PasswordError::Guessable { .. }) && refused.is_refusal());
        assert!(matches!(pool.hash(secret("short")).await, Err(PasswordError::TooShort { .. })));
    }

    #[tokio::test]
    async fn a_new_cost_takes_old_hashes_along() {
        let old = Passwords::new().unwrap().hash(secret("correct horse")).await.unwrap();
        let cost = HashCost::new(MIN_MEMORY_KIB, 5, 2).unwrap();
        let pool = Passwords::with(cost, PasswordRules::default()).unwrap();
        assert!(pool.verify(secret("correct horse"), Some(old.clone())).await.unwrap());
        assert!(pool.needs_rehash(&old));
        let wrong = pool.verify_and_renew(secret("correct horsf"), Some(old.clone())).await.unwrap();
        assert!(!wrong.matches && wrong.renewed.is_none());
        let right = pool.verify_and_renew(secret("correct horse"), Some(old)).await.unwrap();
        let new = right.renewed.expect("a new hash");
        assert!(new.starts_with("$argon2id$v=19$m=7168,t=5,p=2$"), "{new}");
        assert!(!pool.needs_rehash(&new) && !pool.needs_rehash(&pool.decoy));
        let again = pool.verify_and_renew(secret("correct horse"), Some(new)).await.unwrap();
        assert!(again.matches && again.renewed.is_none());
    }

    #[tokio::test]
    async fn both_keyboards_and_hashes_from_before_the_normalisation() {
        let pool = Passwords::new().unwrap();
        let (composed, decomposed) = ("caf\u{e9} au lait", "cafe\u{301} au lait");
        let new = pool.hash(secret(decomposed)).await.unwrap();
        assert!(pool.verify(secret(composed), Some(new.clone())).await.unwrap());
        assert!(pool.verify(secret(decomposed), Some(new)).await.unwrap());
        let old = HashCost::default().hash(decomposed.as_bytes(), &mut vec![]).unwrap();
        assert!(pool.verify(secret(decomposed), Some(old.clone())).await.unwrap());
        assert!(!pool.verify(secret("cafe au lait"), Some(old)).await.unwrap());
    }
}
