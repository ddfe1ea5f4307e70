//! One thread owns the SQLite connection; callers hand it work through a bounded queue and wait with a deadline.
//! Never runs SQL on an async worker, and never lets a caller wait without end.

mod schema;

mod error;

use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use error::{NoAnswer, OpenCause};

pub use error::{DatabaseError, OpenError};
pub use schema::{Migration, Schema, SchemaError};

/// Most jobs that wait for the connection. More are refused at once.
const QUEUE: usize = 256;

/// Longest that a caller waits for its answer. A write waits for the disk, and a busy disk can take seconds.
const ANSWER_DEADLINE: Duration = Duration::from_secs(8);

/// Longest that SQLite waits for another process's lock.
const BUSY_TIMEOUT: Duration = Duration::from_secs(2);

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// A handle on the owner thread. The thread ends when the last handle is dropped.
#[derive(Debug, Clone)]
pub struct Database {
    holds: &'static str,
    jobs: mpsc::Sender<Job>,
}

/// Tells when the owner thread has closed the database.
#[derive(Debug)]
pub struct Closed(oneshot::Receiver<()>);

impl Closed {
    /// Waits for the end of the thread: it comes after the last [`Database`] is dropped.
    pub async fn wait(self) {
        // An error means that the sender is gone, thus the thread too: what we waited for.
        let _ended = self.0.await;
    }
}

impl Database {
    /// Opens (or creates) the file with its folder, migrates it, and starts the thread.
    pub fn open(path: &Path, schema: &Schema) -> Result<(Database, Closed), OpenError> {
        let connection = open(path, schema).map_err(|cause| OpenError { path: path.to_owned(), cause })?;
        let (jobs, queue) = mpsc::channel(QUEUE);
        let (ended, closed) = oneshot::channel();
        std::thread::Builder::new()
            .name("sqlite".to_owned())
            .spawn(move || serve(connection, queue, ended))
            .map_err(|cause| OpenError { path: path.to_owned(), cause: cause.into() })?;
        Ok((Database { holds: schema.holds, jobs }, Closed(closed)))
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), DatabaseError> {
        self.run(|connection| connection.query_row("SELECT 1", (), |_| Ok(()))).await
    }

    /// Runs `work` on the owner thread. Work whose caller has left before it began is skipped.
    pub async fn run<T, W>(&self, work: W) -> Result<T, DatabaseError>
    where
        T: Send + 'static,
        W: FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let (answer, waiting) = oneshot::channel();
        let job = Box::new(move |connection: &mut Connection| {
            if !answer.is_closed() {
                // The caller may leave while the work runs; the work stands all the same.
                let _left = answer.send(work(connection));
            }
        });
        self.answer(job, waiting).await.map_err(|cause| DatabaseError { holds: self.holds, cause })
    }

    async fn answer<T>(&self, job: Job, waiting: oneshot::Receiver<rusqlite::Result<T>>) -> Result<T, NoAnswer> {
        self.jobs.try_send(job).map_err(|refused| match refused {
            mpsc::error::TrySendError::Full(_) => NoAnswer::Busy(QUEUE),
            mpsc::error::TrySendError::Closed(_) => NoAnswer::Gone,
        })?;
        let slow = |_| NoAnswer::Slow(ANSWER_DEADLINE);
        let answer = tokio::time::timeout(ANSWER_DEADLINE, waiting).await.map_err(slow)?;
        Ok(answer.map_err(|_| NoAnswer::Gone)??)
    }
}

fn serve(mut connection: Connection, mut queue: mpsc::Receiver<Job>, ended: oneshot::Sender<()>) {
    while let Some(job) = queue.blocking_recv() {
        job(&mut connection);
    }
    drop(connection);
    // Nobody has to wait for this.
    let _nobody = ended.send(());
}

fn open(path: &Path, schema: &Schema) -> Result<Connection, OpenCause> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)?;
    }
    let mut connection = Connection::open(path).map_err(SchemaError::from)?;
    prepare(&connection).map_err(SchemaError::from)?;
    schema.migrate(&mut connection)?;
    Ok(connection)
}

fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // FULL: what was answered survives a power cut, not only a crash of the process.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)
}

#[cfg(test)]
mod tests;
