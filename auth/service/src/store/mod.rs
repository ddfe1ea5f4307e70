//! The token store: users, sessions, hashed refresh tokens, sealed keys, revocations, clients, the audit log. Behind
//! verbs; the only room with SQL. Each verb is written once, against [`statements`], and runs on both databases:
//! [`sqlite`] for one node, [`postgres`] for several. Never keeps a password or a token in clear, and never answers
//! "done" before the write is on disk.

mod error;
mod value;
mod statements;
mod records;
mod standing;
mod sqlite;
mod postgres;
mod batches;
mod audit;
mod revocations;
mod subject_revocations;
mod endings;
mod sessions;
mod refresh;
mod users;
mod operators;
mod keys;
mod upkeep;
mod throttles;
mod second_factors;
mod sealed;
mod clients;
mod codes;
mod assertions;
mod browser_sessions;
mod consents;
mod backup;

use std::time::Duration;

pub use assertions::AssertionHash;
pub use audit::{AuditRow, Event};
pub use backup::{BackupFacts, Restoring, RowCounts, check_backup};
pub use browser_sessions::BrowserSession;
pub use clients::Client;
pub use codes::{NewCode, Redeemed, Redemption};
pub use error::StoreError;
pub use keys::MAX_KEYS_IN_USE;
pub use records::{Credentials, NewUser, Origin, Session, StoredKey, User};
pub use refresh::{Candidate, REFRESH_GRACE, Rotation, Salt};
pub use revocations::{FeedHead, FeedPage, LEEWAY_SECONDS, Revoked, RevokedKind};
pub use sealed::{Sealed, SealedKind};
pub use second_factors::SecondFactor;
pub use sessions::EndReason;
pub use standing::Standing;
pub use subject_revocations::{CROWD, IssuedToken, MAX_OF_SUBJECT, MAX_OF_SUBJECT_IN_A_CROWD};
pub use upkeep::KEPT_SECONDS;
pub use users::UserChange;

use crate::clock::UnixSeconds;
use crate::config::{DatabaseConfig, MAX_ACCESS_TOKEN_SECONDS, SessionLimits};
use postgres::Postgres;
use sqlite::Sqlite;
use statements::{Answer, Tx};

/// How long a backup, or bringing one back, may take.
const LONG: Duration = Duration::from_secs(3600);
/// How long a change may go unseen when its wake-up got lost, or was made by another process on the same file.
const ASK_AGAIN: Duration = Duration::from_millis(200);

/// The open store. Clones share it; the last one to go finishes the queued writes.
#[derive(Clone)]
pub struct Store {
    database: Database,
    lives: SessionLimits,
    token_seconds: u32,
}

#[derive(Clone)]
enum Database {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

impl Store {
    /// Opens the database and brings its schema up to date; an SQLite file is made when it is missing.
    pub async fn open(database: &DatabaseConfig, lives: SessionLimits) -> Result<Store, StoreError> {
        let database = match database {
            DatabaseConfig::Sqlite(path) => {
                let path = path.clone();
                let opened = tokio::task::spawn_blocking(move || Sqlite::open(&path)).await;
                Database::Sqlite(opened.map_err(|cause| StoreError::Failed(cause.to_string()))??)
            }
            DatabaseConfig::Postgres(config) => Database::Postgres(Postgres::open(config).await?),
        };
        Ok(Store { database, lives, token_seconds: MAX_ACCESS_TOKEN_SECONDS })
    }

    /// The same, for a service whose access tokens live so long, in seconds. Without it they are taken to live as long as any
    /// may.
    #[must_use]
    pub fn with_tokens_of(self, token_seconds: u32) -> Store {
        Store { token_seconds, ..self }
    }

    /// Whether the store works.
    pub async fn ready(&self) -> Result<(), StoreError> {
        match &self.database {
            Database::Sqlite(sqlite) => sqlite.ready().await,
            Database::Postgres(postgres) => postgres.ready().await,
        }
    }

    /// Waits until revocations or keys may have changed: until a wake-up, or for a moment.
    pub async fn stirred(&self) {
        let woken = async {
            match &self.database {
                Database::Sqlite(sqlite) => sqlite.announced().await,
                Database::Postgres(postgres) => postgres.announced().await,
            }
        };
        let _ = tokio::time::timeout(ASK_AGAIN, woken).await;
    }

    /// How many transactions of the embedded database were committed since the start.
    pub fn commits_total(&self) -> u64 {
        if let Database::Sqlite(sqlite) = &self.database { sqlite.commits() } else { 0 }
    }

    fn lives(&self) -> SessionLimits {
        self.lives
    }

    /// When an access token of now expires.
    fn token_until(&self, now: UnixSeconds) -> UnixSeconds {
        now.saturating_add(self.token_seconds.into())
    }

    /// Runs a verb in one transaction; an `Err` undoes all of it.
    async fn write<T: Send + 'static>(
        &self,
        verb: impl for<'t> FnOnce(&'t mut Tx<'t>) -> Answer<'t, T> + Send + 'static,
    ) -> Result<T, StoreError> {
        match &self.database {
            Database::Sqlite(sqlite) => sqlite.write(verb).await,
            Database::Postgres(postgres) => postgres.write(verb).await,
        }
    }

    /// As [`Store::write`], for what may take [`LONG`].
    async fn write_at_length<T: Send + 'static>(
        &self,
        verb: impl for<'t> FnOnce(&'t mut Tx<'t>) -> Answer<'t, T> + Send + 'static,
    ) -> Result<T, StoreError> {
        match &self.database {
            Database::Sqlite(sqlite) => sqlite.write_within(LONG, verb).await,
            Database::Postgres(postgres) => postgres.write_within(LONG, verb).await,
        }
    }

    /// As [`Store::read`], for what may take [`LONG`].
    async fn read_at_length<T: Send + 'static>(
        &self,
        verb: impl for<'t> FnOnce(&'t mut Tx<'t>) -> Answer<'t, T> + Send + 'static,
    ) -> Result<T, StoreError> {
        match &self.database {
            Database::Sqlite(sqlite) => sqlite.read(verb).await,
            Database::Postgres(postgres) => postgres.read_within(LONG, verb).await,
        }
    }

    /// Runs a verb that only reads, on one consistent state.
    async fn read<T: Send + 'static>(
        &self,
        verb: impl for<'t> FnOnce(&'t mut Tx<'t>) -> Answer<'t, T> + Send + 'static,
    ) -> Result<T, StoreError> {
        match &self.database {
            Database::Sqlite(sqlite) => sqlite.read(verb).await,
            Database::Postgres(postgres) => postgres.read(verb).await,
        }
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = if matches!(self.database, Database::Sqlite(_)) { "sqlite" } else { "postgres" };
        f.debug_struct("Store").field("database", &kind).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod plans;
