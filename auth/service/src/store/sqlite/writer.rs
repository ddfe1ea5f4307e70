//! The one thread that writes. Writes that wait together are committed together (group commit): one fsync for all of
//! them, each in its own savepoint so that a failed one does not harm its neighbours, each answered only after COMMIT.
//! Never answers "done" for what is not on disk, never holds more than a bounded queue, and never goes on after a ROLLBACK
//! that failed.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::super::error::StoreError;

/// How many writes may wait for the thread.
const QUEUE_LENGTH: usize = 1024;
/// How many writes go into one transaction.
const MAX_BATCH: usize = 128;
/// How long a caller waits for its COMMIT.
pub(super) const DEADLINE: Duration = Duration::from_secs(8);

/// The queue's end that callers hold, and the owner of the thread: dropping it finishes the queued writes and joins.
#[derive(Debug)]
pub(super) struct Writer {
    queue: Option<mpsc::Sender<Box<dyn Write>>>,
    thread: Option<JoinHandle<()>>,
    record: Arc<Record>,
}

/// What the thread tells about its transactions.
#[derive(Debug, Default)]
struct Record {
    commits: AtomicU64,
    /// The last transaction failed, or one of its writes did, for a reason that concerns every write.
    ill: AtomicBool,
}

impl Writer {
    /// Starts the thread, which owns the connection from now on.
    pub(super) fn start(connection: Connection) -> std::io::Result<Writer> {
        let (queue, waiting) = mpsc::channel(QUEUE_LENGTH);
        let record = Arc::<Record>::default();
        let kept = Arc::clone(&record);
        let thread = std::thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || write_until_closed(connection, waiting, &kept))?;
        Ok(Writer { queue: Some(queue), thread: Some(thread), record })
    }

    /// Runs `work` inside the next transaction and answers after its COMMIT. An `Err` from `work` undoes what it wrote.
    /// [`StoreError::Busy`] when the queue is full or the deadline passes; a write already taken may still happen then.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.write_within(DEADLINE, work).await
    }

    /// The same, waiting so long.
    pub(super) async fn write_within<T: Send + 'static>(
        &self,
        limit: Duration,
        work: impl FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (caller, answer) = oneshot::channel();
        let write = Box::new(Waiting { work: Some(work), outcome: None, caller });
        let queue = self.queue.as_ref().ok_or(StoreError::Stopped)?;
        queue.try_send(write).map_err(|refused| match refused {
            mpsc::error::TrySendError::Full(_) => StoreError::Busy,
            mpsc::error::TrySendError::Closed(_) => StoreError::Stopped,
        })?;
        match tokio::time::timeout(limit, answer).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Err(StoreError::Stopped),
            Err(_) => Err(StoreError::Busy),
        }
    }

    /// Whether the thread still takes writes.
    pub(super) fn is_alive(&self) -> bool {
        self.queue.as_ref().is_some_and(|queue| !queue.is_closed())
    }

    /// Whether the last transaction found the database in order.
    pub(super) fn is_well(&self) -> bool {
        !self.record.ill.load(Ordering::Relaxed)
    }

    /// How many transactions were committed.
    pub(super) fn commits(&self) -> u64 {
        self.record.commits.load(Ordering::Relaxed)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.queue.take());
        if let Some(thread) = self.thread.take() {
            // A panic of the thread was already told to the callers as `Stopped`.
            let _ = thread.join();
        }
    }
}

/// A write with the caller who waits for it.
trait Write: Send {
    /// Whether nobody waits any more, so that the work need not be started.
    fn is_abandoned(&self) -> bool;
    /// Does the work, keeps the outcome; `false` when it must be undone.
    fn run(&mut self, connection: &mut Connection) -> bool;
    /// Whether the work failed for a reason that concerns every write.
    fn found_unusable(&self) -> bool;
    /// Tells the caller: the kept outcome, or why nothing of this transaction is on disk.
    fn answer(self: Box<Self>, committed: Result<(), StoreError>);
}

struct Waiting<T, W> {
    work: Option<W>,
    outcome: Option<Result<T, StoreError>>,
    caller: oneshot::Sender<Result<T, StoreError>>,
}

impl<T: Send, W: FnOnce(&mut Connection) -> Result<T, StoreError> + Send> Write for Waiting<T, W> {
    fn is_abandoned(&self) -> bool {
        self.caller.is_closed()
    }

    fn run(&mut self, connection: &mut Connection) -> bool {
        let outcome = self.work.take().map(|work| contained(|| work(connection)));
        let keep = matches!(outcome, Some(Ok(_)));
        self.outcome = outcome;
        keep
    }

    fn found_unusable(&self) -> bool {
        matches!(self.outcome, Some(Err(StoreError::Unusable(_))))
    }

    fn answer(self: Box<Self>, committed: Result<(), StoreError>) {
        let outcome = match (committed, self.outcome) {
            (_, Some(Err(own))) => Err(own),
            (Err(cause), _) => Err(cause),
            (Ok(()), Some(done)) => done,
            (Ok(()), None) => Err(StoreError::Stopped),
        };
        // The caller may have given up meanwhile.
        let _ = self.caller.send(outcome);
    }
}

/// A panic costs one write: its savepoint is rolled back like that of any failed one, and the thread lives on.
fn contained<T>(work: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(StoreError::Failed("a write panicked".into())))
}

fn write_until_closed(mut connection: Connection, mut waiting: mpsc::Receiver<Box<dyn Write>>, record: &Record) {
    while let Some(first) = waiting.blocking_recv() {
        let mut batch = vec![first];
        while batch.len() < MAX_BATCH {
            let Ok(next) = waiting.try_recv() else { break };
            batch.push(next);
        }
        batch.retain(|write| !write.is_abandoned());
        if !batch.is_empty() {
            commit_together(&mut connection, batch, record);
        }
        if !connection.is_autocommit() {
            // Later writes would join what could not be undone. Callers and readiness see `Stopped`.
            tracing::error!("a transaction could not be rolled back: the writer stops");
            break;
        }
    }
}

fn commit_together(connection: &mut Connection, mut batch: Vec<Box<dyn Write>>, record: &Record) {
    let committed = run_all(connection, &mut batch);
    match &committed {
        Ok(()) => _ = record.commits.fetch_add(1, Ordering::Relaxed),
        Err(cause) => tracing::error!(%cause, writes = batch.len(), "transaction failed"),
    }
    let lost = !matches!(committed, Ok(()) | Err(StoreError::Busy));
    record.ill.store(lost || batch.iter().any(|write| write.found_unusable()), Ordering::Relaxed);
    for write in batch {
        write.answer(committed.clone());
    }
}

/// One transaction. When anything but a single write fails, the whole of it is rolled back.
fn run_all(connection: &mut Connection, batch: &mut [Box<dyn Write>]) -> Result<(), StoreError> {
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let done = batch
        .iter_mut()
        .try_for_each(|write| run_alone(connection, write.as_mut()))
        .and_then(|()| Ok(connection.execute_batch("COMMIT")?));
    if !connection.is_autocommit() {
        connection.execute_batch("ROLLBACK")?;
    }
    done
}

/// One write in its own savepoint. A severe fault (a full disk) makes SQLite roll the whole transaction back by itself;
/// then ROLLBACK TO or RELEASE fails here, and the rest of the batch must not run outside a transaction.
fn run_alone(connection: &mut Connection, write: &mut dyn Write) -> Result<(), StoreError> {
    connection.execute_batch("SAVEPOINT one_write")?;
    if !write.run(connection) {
        connection.execute_batch("ROLLBACK TO one_write")?;
    }
    Ok(connection.execute_batch("RELEASE one_write")?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::sync_channel;

    fn writer() -> (tempfile::TempDir, Arc<Writer>) {
        let temp = tempfile::tempdir().unwrap();
        let connection = super::super::connection::open_writer(&temp.path().join("w.sqlite")).unwrap();
        connection.execute_batch("CREATE TABLE t (n INTEGER PRIMARY KEY) STRICT").unwrap();
        (temp, Arc::new(Writer::start(connection).unwrap()))
    }

    fn insert(n: i64) -> impl FnOnce(&mut Connection) -> Result<(), StoreError> + Send + 'static {
        move |connection| {
            connection.execute("INSERT INTO t VALUES (?1)", [n])?;
            Ok(())
        }
    }

    async fn rows(writer: &Writer) -> i64 {
        writer.write(|c| Ok(c.query_row("SELECT count(*) FROM t", [], |row| row.get(0))?)).await.unwrap()
    }

    /// Holds the thread inside one write while `count` others queue up, then lets go.
    async fn queue_behind_a_slow_one(
        writer: &Arc<Writer>,
        count: i64,
        n_of: fn(i64) -> i64,
    ) -> Vec<Result<(), StoreError>> {
        let (entered, has_entered) = oneshot::channel();
        let (let_go, wait) = sync_channel::<()>(1);
        let slow = tokio::spawn({
            let writer = Arc::clone(writer);
            async move {
                let held = move |_: &mut Connection| {
                    let _ = entered.send(());
                    let _ = wait.recv();
                    Ok(())
                };
                writer.write(held).await
            }
        });
        has_entered.await.unwrap();
        let mut others = tokio::task::JoinSet::new();
        for n in 0..count {
            let writer = Arc::clone(writer);
            others.spawn(async move { writer.write(insert(n_of(n))).await });
        }
        let queue = writer.queue.as_ref().unwrap();
        while queue.max_capacity() - queue.capacity() < count as usize {
            tokio::task::yield_now().await;
        }
        let_go.send(()).unwrap();
        slow.await.unwrap().unwrap();
        others.join_all().await
    }

    #[tokio::test]
    async fn writes_that_wait_together_share_one_commit() {
        let (_temp, writer) = writer();
        let answers = queue_behind_a_slow_one(&writer, 50, |n| n).await;
        assert!(answers.iter().all(Result::is_ok));
        assert_eq!(writer.commits(), 2, "one for the slow write, one for the fifty");
        assert_eq!(rows(&writer).await, 50);
    }

    #[tokio::test]
    async fn a_failed_write_does_not_harm_its_neighbours() {
        let (_temp, writer) = writer();
        let answers = queue_behind_a_slow_one(&writer, 10, |n| if n == 7 { 3 } else { n }).await;
        assert_eq!(answers.iter().filter(|answer| answer.is_err()).count(), 1, "the duplicate fails alone");
        assert_eq!((rows(&writer).await, writer.commits()), (9, 3));
    }

    #[tokio::test]
    async fn a_write_that_fails_half_way_leaves_nothing() {
        let (_temp, writer) = writer();
        let half = |c: &mut Connection| {
            c.execute("INSERT INTO t VALUES (1)", [])?;
            Err::<(), _>(StoreError::Busy)
        };
        assert!(matches!(writer.write(half).await, Err(StoreError::Busy)));
        assert_eq!(rows(&writer).await, 0);
    }

    #[tokio::test]
    async fn when_the_transaction_is_lost_nobody_is_told_done() {
        let (_temp, writer) = writer();
        let lose = |c: &mut Connection| {
            c.execute("INSERT INTO t VALUES (1)", [])?;
            Ok(c.execute_batch("ROLLBACK")?)
        };
        assert!(writer.write(lose).await.is_err());
        assert_eq!(rows(&writer).await, 0);
        writer.write(insert(2)).await.expect("the next transaction works");
    }

    /// An interrupt lasts as long as any statement is open: so nothing works any more, ROLLBACK included.
    #[tokio::test]
    async fn when_rollback_fails_the_writer_ends() {
        let (temp, writer) = writer();
        let stuck = |c: &mut Connection| {
            c.execute("INSERT INTO t VALUES (1)", [])?;
            let mut open = c.prepare("SELECT 1 UNION ALL SELECT 2")?;
            let mut rows = open.query([])?;
            rows.next()?;
            std::mem::forget(rows);
            std::mem::forget(open);
            c.get_interrupt_handle().interrupt();
            Ok(())
        };
        assert!(writer.write(stuck).await.is_err());
        tokio::time::timeout(DEADLINE, writer.queue.as_ref().unwrap().closed()).await.expect("the writer ends");
        assert!(!writer.is_alive() && !writer.is_well());
        assert!(matches!(writer.write(insert(2)).await, Err(StoreError::Stopped)));
        drop(writer);
        let again = Connection::open(temp.path().join("w.sqlite")).unwrap();
        let rows: i64 = again.query_row("SELECT count(*) FROM t", [], |row| row.get(0)).unwrap();
        assert_eq!(rows, 0, "nobody was told done, and nothing is");
    }

    #[tokio::test]
    async fn a_panic_costs_one_write() {
        let (_temp, writer) = writer();
        let answer = writer
            .write(|c| -> Result<(), StoreError> {
                c.execute("INSERT INTO t VALUES (1)", [])?;
                panic!("a bug")
            })
            .await;
        assert!(matches!(answer, Err(StoreError::Failed(_))));
        writer.write(insert(2)).await.expect("the thread lives on");
        assert!(writer.is_alive());
        assert_eq!(rows(&writer).await, 1);
    }

    #[tokio::test]
    async fn dropping_finishes_what_was_queued() {
        let (temp, writer) = writer();
        queue_behind_a_slow_one(&writer, 5, |n| n).await;
        drop(writer);
        let again = Connection::open(temp.path().join("w.sqlite")).unwrap();
        assert_eq!(again.query_row("SELECT count(*) FROM t", [], |row| row.get::<_, i64>(0)).unwrap(), 5);
    }
}
