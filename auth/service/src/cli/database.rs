//! Opens the store that the configuration names. Never falls back to another one.

use super::failure::Failure;
use crate::config::{Config, DatabaseConfig};
use crate::store::Store;

/// The open store.
pub(super) fn open_store(config: &Config) -> Result<Store, Failure> {
    match &config.database {
        DatabaseConfig::Sqlite(path) => Ok(Store::open(path)?),
        DatabaseConfig::Postgres(_) => {
            Err(Failure::wrong_use("this version cannot use PostgreSQL yet: name a SQLite file as `database`"))
        }
    }
}
