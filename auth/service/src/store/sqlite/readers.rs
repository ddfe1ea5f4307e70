//! A small pool of connections that only read, used on blocking threads. Never writes, and never lets more callers wait
//! than its gate admits.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::Connection;

use super::super::error::StoreError;
use super::connection::open_reader;
use crate::gate::Gate;

/// Connections in the pool.
const CONNECTIONS: usize = 4;
/// How many callers may wait for one.
const WAITERS: usize = 256;
/// How long a caller waits for one.
const PATIENCE: Duration = Duration::from_secs(5);

/// The pool. Clones share it.
#[derive(Clone, Debug)]
pub(super) struct Readers {
    gate: Gate,
    idle: Arc<Mutex<Vec<Connection>>>,
}

impl Readers {
    /// Opens all connections. The writer must have made the database before.
    pub(super) fn open(path: &Path) -> Result<Readers, StoreError> {
        let idle = (0..CONNECTIONS).map(|_| open_reader(path)).collect::<Result<Vec<_>, _>>()?;
        Ok(Readers { gate: Gate::new(CONNECTIONS, WAITERS, PATIENCE), idle: Arc::new(Mutex::new(idle)) })
    }

    /// Runs `query` on a connection of its own. Sees every write that was answered before the call.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let admission = self.gate.enter().await?;
        let idle = Arc::clone(&self.idle);
        let task = tokio::task::spawn_blocking(move || {
            let mut connection = take(&idle).ok_or(StoreError::Stopped)?;
            let result = catch_unwind(AssertUnwindSafe(|| query(&mut connection)));
            if !connection.is_autocommit() {
                // A panic left it open.
                let _ = connection.execute_batch("ROLLBACK");
            }
            give_back(&idle, connection);
            drop(admission);
            result.unwrap_or_else(|_| Err(StoreError::Failed("a query panicked".into())))
        });
        task.await.unwrap_or(Err(StoreError::Stopped))
    }
}

/// The gate admits as many callers as there are connections, so one is always there.
fn take(idle: &Mutex<Vec<Connection>>) -> Option<Connection> {
    idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
}

fn give_back(idle: &Mutex<Vec<Connection>>, connection: Connection) {
    idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_costs_no_connection() {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("r.sqlite");
        let _writer = super::super::connection::open_writer(&path).unwrap();
        let readers = Readers::open(&path).unwrap();
        for _ in 0..=CONNECTIONS {
            let answer = readers.read(|_| -> Result<(), StoreError> { panic!("a bug") }).await;
            assert!(matches!(answer, Err(StoreError::Failed(_))));
        }
        let answer =
            readers.read(|connection| Ok(connection.query_row("SELECT 41 + 1", [], |row| row.get::<_, i64>(0))?));
        assert_eq!(answer.await.unwrap(), 42);
    }
}
