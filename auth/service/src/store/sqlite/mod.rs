//! The embedded store: SQLite in WAL mode. One thread writes ([`writer`]), a few connections read ([`readers`]).
//! Never answers "done" before the write is on disk.

mod connection;
mod writer;
mod readers;
mod statements;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::Notify;

use super::error::StoreError;
use super::statements::{Answer, Tx};
use readers::Readers;
use writer::Writer;

/// How many migrations there are.
pub(super) const MIGRATIONS: usize = connection::MIGRATIONS.len();
/// A write that needs room in the file and leaves nothing behind.
const TRIAL: &str = "CREATE TABLE trial (n INTEGER) STRICT; DROP TABLE trial";

/// An open SQLite file. Clones share it; the last one to go finishes the queued writes.
#[derive(Clone, Debug)]
pub(super) struct Sqlite {
    // Dropped in this order: the writer's connection closes last and moves the -wal file into the database.
    readers: Readers,
    writer: Arc<Writer>,
    announced: Arc<Notify>,
}

impl Sqlite {
    /// Opens the file, makes it when it is missing, and brings its schema up to date. Blocks: call it at the start.
    pub(super) fn open(path: &Path) -> Result<Sqlite, StoreError> {
        let writer = connection::open_writer(path)?;
        let readers = Readers::open(path)?;
        let failed =
            |cause: std::io::Error| StoreError::Open { place: path.display().to_string(), cause: cause.to_string() };
        let writer = Writer::start(writer).map_err(failed)?;
        Ok(Sqlite { writer: Arc::new(writer), readers, announced: Arc::default() })
    }

    /// Runs a verb in the next transaction and answers after COMMIT. An `Err` undoes what it wrote.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        verb: impl for<'t> FnOnce(&'t mut Tx<'t>) -> Answer<'t, T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.write_within(writer::DEADLINE, verb).await
    }

    /// The same, for a verb that may take so long. Other writes wait meanwhile.
    pub(super) async fn write_within<T: Send + 'static>(
        &self,
        limit: Duration,
        verb: impl for<'t> FnOnce(&'t mut Tx<'t>) -> Answer<'t, T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let work = move |connection: &mut Connection| statements::run(connection, verb);
        let (done, announced) = self.writer.write_within(limit, work).await?;
        if announced {
            self.announced.notify_waiters();
        }
        Ok(done)
    }

    /// Runs a verb that only reads, on one consistent state. Sees every write that was answered before the call.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        verb: impl for<'t> FnOnce(&'t mut Tx<'t>) -> Answer<'t, T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.readers.read(move |connection| on_one_state(connection, verb)).await
    }

    /// Whether reads work and the writer takes writes. After a write that failed for a reason of the store, a trial
    /// write must succeed first: nobody sends other writes to a service that is not ready.
    pub(super) async fn ready(&self) -> Result<(), StoreError> {
        if !self.writer.is_alive() {
            return Err(StoreError::Stopped);
        }
        if !self.writer.is_well() {
            self.writer.write(|connection| Ok(connection.execute_batch(TRIAL)?)).await?;
        }
        self.readers.read(|connection| Ok(connection.query_row("SELECT 1", [], |_| Ok(()))?)).await
    }

    /// Waits until a write of this process announced a change.
    pub(super) async fn announced(&self) {
        self.announced.notified().await;
    }

    /// How many transactions were committed since the start.
    pub(super) fn commits(&self) -> u64 {
        self.writer.commits()
    }
}

/// A verb that reads twice must not see a write between.
fn on_one_state<T>(
    connection: &mut Connection,
    verb: impl for<'t> FnOnce(&'t mut Tx<'t>) -> Answer<'t, T>,
) -> Result<T, StoreError> {
    connection.execute_batch("BEGIN")?;
    let answer = statements::run(connection, verb);
    connection.execute_batch("ROLLBACK")?;
    Ok(answer?.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILL: &str = "CREATE TABLE filling (bytes BLOB) STRICT; INSERT INTO filling VALUES (zeroblob(1000000))";

    fn store() -> (tempfile::TempDir, Sqlite) {
        let temp = tempfile::tempdir().unwrap();
        let store = Sqlite::open(&temp.path().join("s.sqlite")).unwrap();
        (temp, store)
    }

    async fn run(store: &Sqlite, sql: &'static str) -> Result<(), StoreError> {
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

    #[tokio::test]
    async fn a_read_that_panics_leaves_no_transaction_open() {
        let (_temp, store) = store();
        for _ in 0..8 {
            let read = store.read(|_| -> Answer<'_, ()> { panic!("a bug") }).await;
            assert!(matches!(read, Err(StoreError::Failed(_))));
        }
        store.ready().await.expect("the connections are clean");
        store.read(|tx| Box::pin(async move { tx.query("SELECT 1", &[]).await })).await.expect("and work");
    }
}
