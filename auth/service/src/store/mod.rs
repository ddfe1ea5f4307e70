//! The token store: users, sessions, hashed refresh tokens and signing keys, behind verbs. The only room with SQL.
//! Never keeps a password or a refresh token in clear, and never answers "done" before the write is on disk.
//!
//! SQLite in WAL mode: one thread writes ([`writer`]), a few connections read ([`readers`]).

mod error;
mod records;
mod connection;
mod writer;
mod readers;
mod sessions;
mod users;
mod keys;

use std::path::Path;
use std::sync::Arc;

pub use crate::config::SessionLimits;
pub use error::StoreError;
pub use records::{Credentials, NewUser, Session, StoredKey, User};
pub use sessions::{EndReason, REFRESH_GRACE, Rotation};

use readers::Readers;
use writer::Writer;

/// A write that needs room in the file and leaves nothing behind.
const TRIAL: &str = "CREATE TABLE trial (n INTEGER) STRICT; DROP TABLE trial";

/// The open store. Clones share it; the last one to go finishes the queued writes.
#[derive(Clone, Debug)]
pub struct Store {
    // Dropped in this order: the writer's connection closes last and moves the -wal file into the database.
    readers: Readers,
    writer: Arc<Writer>,
}

impl Store {
    /// Opens the database, makes it when it is missing, and brings its schema up to date. Blocks: call it at the start.
    pub fn open(path: &Path) -> Result<Store, StoreError> {
        let writer = connection::open_writer(path)?;
        let readers = Readers::open(path)?;
        let writer =
            Writer::start(writer).map_err(|cause| StoreError::Open { path: path.into(), cause: cause.to_string() })?;
        Ok(Store { writer: Arc::new(writer), readers })
    }

    /// Whether reads work and the writer takes writes. After a write that failed for a reason of the store, a trial
    /// write must succeed first: nobody sends other writes to a service that is not ready.
    pub async fn ready(&self) -> Result<(), StoreError> {
        if !self.writer.is_alive() {
            return Err(StoreError::Stopped);
        }
        if !self.writer.is_well() {
            self.writer.write(|connection| Ok(connection.execute_batch(TRIAL)?)).await?;
        }
        self.readers.read(|connection| connection.query_row("SELECT 1", [], |_| Ok(()))).await
    }

    /// How many transactions were committed since the start.
    pub fn commits_total(&self) -> u64 {
        self.writer.commits()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILL: &str = "CREATE TABLE filling (bytes BLOB) STRICT; INSERT INTO filling VALUES (zeroblob(1000000))";

    fn store() -> (tempfile::TempDir, Store) {
        let temp = tempfile::tempdir().unwrap();
        let store = Store::open(&temp.path().join("s.sqlite")).unwrap();
        (temp, store)
    }

    async fn run(store: &Store, sql: &'static str) -> Result<(), StoreError> {
        store.writer.write(move |connection| Ok(connection.execute_batch(sql)?)).await
    }

    #[tokio::test]
    async fn a_full_database_is_not_ready_until_there_is_room_again() {
        let (_temp, store) = store();
        store.ready().await.expect("a new one is ready");
        // The file may not grow any more, as on a full disk.
        run(&store, "PRAGMA max_page_count = 1").await.expect("a limit");
        assert!(matches!(run(&store, FILL).await, Err(StoreError::Unusable(_))));
        assert!(matches!(store.ready().await, Err(StoreError::Unusable(_))), "and the trial fails too");
        run(&store, "PRAGMA max_page_count = 1000000").await.expect("room");
        store.ready().await.expect("ready again");
    }

    #[tokio::test]
    async fn a_write_that_fails_for_its_own_reason_does_not_concern_others() {
        let (_temp, store) = store();
        assert!(matches!(run(&store, "INSERT INTO nothing VALUES (1)").await, Err(StoreError::Failed(_))));
        assert!(store.writer.is_well());
    }
}
