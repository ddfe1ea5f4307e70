//! Keeps the signing keys: makes the first one, makes the next one in time, takes old ones away, follows what other
//! nodes and the command line do. Never keeps a private key in clear anywhere but in memory.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use thiserror::Error;

use crate::clock::{self, UnixSeconds};
use crate::config::{EncryptionKeySource, KeysConfig};
use crate::key_ring::{KeyRing, sealed_name};
use crate::signing::{SigningAlgorithm, SigningError, SigningKey};
use crate::store::{Origin, Store, StoreError, StoredKey};
use crate::vault::{MasterKey, Sealer, VaultError};

/// How often another node may be faster before this one gives up.
const TRIES: usize = 8;
/// Shortest pause between two looks, so that many writes cost few of them.
const REST: Duration = Duration::from_millis(50);
/// Pause after a failure of the store.
const PAUSE: Duration = Duration::from_secs(1);

/// Why the keys cannot be kept.
#[derive(Debug, Error)]
pub enum KeyError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A key.
    #[error(transparent)]
    Signing(#[from] SigningError),
    /// The key that encrypts.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// Others change the keys all the time.
    #[error("the signing keys change too often: try again")]
    Contended,
    /// There is no such key in use.
    #[error("there is no key {0:?} in use. `witgate-auth keys list` shows all")]
    Unknown(String),
}

/// The keeper. Clones share the keys.
#[derive(Clone)]
pub struct KeyKeeper {
    store: Store,
    sealer: Arc<Sealer>,
    config: Arc<KeysConfig>,
    ring: Arc<ArcSwap<KeyRing>>,
}

/// Reads the key that encrypts. The one beside the database is made at the first start; once something was encrypted, a
/// missing file is not replaced.
pub async fn master_key(source: &EncryptionKeySource, store: &Store) -> Result<MasterKey, KeyError> {
    let EncryptionKeySource::Beside(path) = source else { return Ok(present_master_key(source)?) };
    // In this order: whoever sealed something had made the file before.
    if store.holds_sealed().await? && !path.exists() {
        return Err(VaultError::Lost { path: path.clone() }.into());
    }
    Ok(MasterKey::find_or_make(path)?)
}

/// Reads the key that encrypts, which must be there.
pub fn present_master_key(source: &EncryptionKeySource) -> Result<MasterKey, VaultError> {
    match source {
        EncryptionKeySource::File(path) | EncryptionKeySource::Beside(path) => MasterKey::from_file(path),
        EncryptionKeySource::Env(name) => MasterKey::from_environment(name),
    }
}

impl KeyKeeper {
    /// Opens the keys of the store, and makes what is missing.
    pub async fn open(store: Store, master: &MasterKey, config: KeysConfig) -> Result<KeyKeeper, KeyError> {
        let (sealer, ring) = (Arc::new(Sealer::new(master)), Arc::default());
        let keeper = KeyKeeper { store, sealer, config: Arc::new(config), ring };
        keeper.keep(clock::now()).await?;
        Ok(keeper)
    }

    /// The keys in force.
    pub fn ring(&self) -> Arc<KeyRing> {
        self.ring.load_full()
    }

    /// Follows the store until it is dropped.
    pub async fn run(self) {
        loop {
            self.store.stirred().await;
            tokio::time::sleep(REST).await;
            if let Err(cause) = self.keep(clock::now()).await {
                tracing::error!(%cause, "the signing keys cannot be kept");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }

    /// Makes a new key. It signs when it has been published long enough, or `at_once`.
    pub async fn rotate(&self, at_once: bool, origin: &Origin) -> Result<String, KeyError> {
        let ahead = if at_once { 0 } else { self.config.publish_ahead_seconds };
        for _ in 0..TRIES {
            self.load(origin.at).await?;
            let new = self.new_key(origin.at, origin.at.saturating_add(ahead.into())).await?;
            let kid = new.kid.clone();
            if self.store.add_key(new, self.ring().kids(), origin.clone()).await? {
                self.load(origin.at).await?;
                return Ok(kid);
            }
        }
        Err(KeyError::Contended)
    }

    /// Takes a compromised key out of use at once and revokes what it signed. Another one signs from now on.
    pub async fn retire(&self, kid: &str, origin: &Origin) -> Result<(), KeyError> {
        for _ in 0..TRIES {
            self.load(origin.at).await?;
            let ring = self.ring();
            let signs = ring.signer(origin.at).is_some_and(|signer| signer.kid() == kid);
            let replacement = if signs { Some(self.new_key(origin.at, origin.at).await?) } else { None };
            match self.store.revoke_key(kid.to_owned(), replacement, ring.kids(), origin.clone()).await? {
                None => return Err(KeyError::Unknown(kid.to_owned())),
                Some(true) => return self.load(origin.at).await,
                Some(false) => {}
            }
        }
        Err(KeyError::Contended)
    }

    async fn keep(&self, now: UnixSeconds) -> Result<(), KeyError> {
        for _ in 0..TRIES {
            self.load(now).await?;
            let ring = self.ring();
            let Some(signs_from) = ring.next_due(&self.config, now) else { return self.tidy(&ring, now).await };
            let new = self.new_key(now, signs_from).await?;
            tracing::info!(kid = new.kid, alg = new.alg, signs_from, "a new signing key");
            self.store.add_key(new, ring.kids(), Origin::local("service", now)).await?;
        }
        Err(KeyError::Contended)
    }

    /// Notes which keys were succeeded, and takes those away whose time is over.
    async fn tidy(&self, ring: &KeyRing, now: UnixSeconds) -> Result<(), KeyError> {
        let (succeeded, over) = (ring.newly_succeeded(now), ring.over(now));
        if succeeded.is_empty() && over.is_empty() {
            return Ok(());
        }
        let origin = Origin::local("service", now);
        if !succeeded.is_empty() {
            self.store.note_succession(succeeded, origin.clone()).await?;
        }
        if !over.is_empty() {
            self.store.retire_old_keys(over, origin).await?;
        }
        self.load(now).await
    }

    /// Reads the keys again when they are other ones, or when one was succeeded.
    async fn load(&self, now: UnixSeconds) -> Result<(), KeyError> {
        let stored = self.store.keys_in_use().await?;
        let mut found: Vec<_> = stored.iter().map(|key| (key.kid.as_str(), key.succeeded_at.is_some())).collect();
        found.sort_unstable();
        let ring = self.ring();
        let mut known = ring.states();
        known.sort_unstable();
        if known != found {
            let ring = KeyRing::open(&stored, &self.sealer, now)?;
            if ring.is_full() {
                tracing::warn!(keys = stored.len(), "no further signing key goes into use until one of these has left");
            }
            self.ring.store(Arc::new(ring));
        }
        Ok(())
    }

    /// RSA keys take long to make, so no worker of the runtime does it.
    async fn new_key(&self, created_at: UnixSeconds, signs_from: UnixSeconds) -> Result<StoredKey, KeyError> {
        let algorithm = self.config.algorithm;
        let made = tokio::task::spawn_blocking(move || SigningKey::generate(algorithm)).await;
        let (kid, der) = made.map_err(|_| SigningError::Generate)??;
        let public = SigningKey::from_pkcs8(algorithm, &kid, &der)?.public_jwk().clone();
        let public_jwk = serde_json::to_string(&public).map_err(|cause| SigningError::Sign(cause.to_string()))?;
        let sealed_pkcs8 = self.sealer.seal(&sealed_name(&kid), &der)?;
        let alg = algorithm.name().to_owned();
        Ok(StoredKey {
            kid,
            alg,
            public_jwk,
            sealed_pkcs8,
            created_at,
            signs_from,
            retired_at: None,
            succeeded_at: None,
        })
    }

    /// What new keys sign with.
    pub fn algorithm(&self) -> SigningAlgorithm {
        self.config.algorithm
    }
}

impl std::fmt::Debug for KeyKeeper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyKeeper").field("kids", &self.ring().kids()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
