//! Opens what the configuration names: the store, and the key that encrypts. Never falls back to another one.

use std::path::Path;

use super::failure::Failure;
use crate::accounts::{Accounts, LastOperator};
use crate::clock;
use crate::config::Config;
use crate::key_keeper::{KeyKeeper, master_key};
use crate::password::{BreachedList, HashCost, PasswordRules, Passwords};
use crate::store::{Origin, Store};
use crate::vault::MasterKey;

/// The open store.
pub(super) async fn open_store(config: &Config) -> Result<Store, Failure> {
    Ok(Store::open(&config.database, config.sessions).await?.with_tokens_of(config.access_token_seconds))
}

/// The open store of the configuration at this path.
pub(super) async fn open_store_of(config: &Path) -> Result<Store, Failure> {
    open_store(&Config::load(config)?).await
}

/// What is done now at the command line, for the audit log.
pub(super) fn by_cli() -> Origin {
    Origin::local("cli", clock::now())
}

/// The keys, with the key that they are sealed with.
pub(super) async fn open_keys(config: &Config, store: &Store) -> Result<(KeyKeeper, MasterKey), Failure> {
    let master = master_key(&config.keys.encryption_key, store).await.map_err(Failure::failed)?;
    let keeper = KeyKeeper::open(store.clone(), &master, config.keys.clone()).await.map_err(Failure::failed)?;
    Ok((keeper, master))
}

/// The pool of hashes with the configured cost and rules.
pub(super) fn open_passwords(config: &Config) -> Result<Passwords, Failure> {
    let said = &config.passwords;
    let breached = said.breached_file.as_deref().map(BreachedList::open).transpose().map_err(Failure::failed)?;
    let cost = HashCost::new(said.memory_kib, said.passes, said.lanes).map_err(Failure::failed)?;
    Passwords::with(cost, PasswordRules::new(said.min_chars, breached)).map_err(Failure::failed)
}

/// The accounts, for a person who may do all of it.
pub(super) async fn open_accounts(config: &Config) -> Result<Accounts, Failure> {
    let (passwords, store) = (open_passwords(config)?, open_store(config).await?);
    Ok(Accounts::new(store, passwords, config.roles.clone(), LastOperator::MayGo))
}
