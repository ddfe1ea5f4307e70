//! The one thread that looks at the disk and builds generations, and where orders for it are left.
//!
//! Never a second thread: the memory that a reload needs for a while is one allocator's arena, and stays one. Never carries
//! out an order that nobody waits for any more.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use thiserror::Error;
use tokio::sync::oneshot;

use super::reloader::{Outcome, Reloader};

/// Orders that may wait for their turn.
const MOST_WAITING: usize = 16;
/// How long the end of the process waits for an attempt that is under way.
const ENDS_WITHIN: Duration = Duration::from_secs(2);

/// Why an order has no outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NotDone {
    /// the queue is full
    #[error("{MOST_WAITING} orders wait already; try again when they are done")]
    Full,
    /// the process is about to end
    #[error("the gateway is ending")]
    Ending,
    /// the attempt panicked
    #[error("the attempt broke off; the generation in force stays")]
    BrokeOff,
}

type Errand = Box<dyn FnOnce(&Reloader) + Send>;
type Queue = Arc<Mutex<Option<SyncSender<Errand>>>>;

/// Where orders are left.
#[derive(Clone)]
pub struct Orders {
    reloader: Arc<Reloader>,
    /// nothing once the thread is told to end
    queue: Queue,
}

/// The thread; it ends when this is dropped.
pub struct ReloadThread {
    orders: Orders,
    thread: Option<JoinHandle<()>>,
    /// closes when the thread is over
    over: Receiver<()>,
}

impl Orders {
    /// The files that matter, as of the last look.
    pub fn files(&self) -> Vec<PathBuf> {
        self.reloader.files()
    }

    /// Looks at the disk and, when it changed, tries it.
    ///
    /// # Errors
    /// When there is no outcome.
    pub async fn look(&self) -> Result<Outcome, NotDone> {
        self.give(Reloader::look).await
    }

    /// The same, also when these very bytes were refused before.
    ///
    /// # Errors
    /// When there is no outcome.
    pub async fn reload(&self) -> Result<Outcome, NotDone> {
        self.give(Reloader::reload).await
    }

    /// Goes back from the generation that is in force now, while the order is given: one that a reload swaps in before this
    /// order has its turn may mend what the operator saw.
    ///
    /// # Errors
    /// When there is no outcome.
    pub async fn rollback(&self) -> Result<Outcome, NotDone> {
        let meant = self.reloader.current.load().number;
        self.give(move |reloader| reloader.rollback(meant)).await
    }

    /// Whether the disk differs from the last look.
    ///
    /// # Errors
    /// When there is no outcome.
    pub async fn differs(&self) -> Result<bool, NotDone> {
        self.give(Reloader::differs).await
    }

    /// Waits until the thread has done this. Who stops waiting before it began withdraws the order.
    async fn give<R: Send + 'static>(&self, work: impl FnOnce(&Reloader) -> R + Send + 'static) -> Result<R, NotDone> {
        let (told, outcome) = oneshot::channel();
        self.leave(Box::new(move |reloader| {
            if !told.is_closed() {
                let _gone_meanwhile = told.send(work(reloader));
            }
        }))?;
        outcome.await.map_err(|_| if self.is_ending() { NotDone::Ending } else { NotDone::BrokeOff })
    }

    fn leave(&self, errand: Errand) -> Result<(), NotDone> {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(queue) = &*queue else { return Err(NotDone::Ending) };
        queue.try_send(errand).map_err(|error| match error {
            TrySendError::Full(_) => NotDone::Full,
            TrySendError::Disconnected(_) => NotDone::Ending,
        })
    }

    fn is_ending(&self) -> bool {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).is_none()
    }

    fn run(&self, errands: &Receiver<Errand>) {
        while let Ok(errand) = errands.recv() {
            if self.is_ending() {
                return;
            }
            // Who waits learns of a panic from the channel, which closes without an outcome.
            if catch_unwind(AssertUnwindSafe(|| errand(&self.reloader))).is_err() {
                tracing::error!("a reload broke off; the generation in force stays");
            }
        }
    }
}

impl ReloadThread {
    /// Starts the thread.
    ///
    /// # Errors
    /// When the system has no thread.
    pub fn start(reloader: Arc<Reloader>) -> io::Result<Self> {
        let (queue, errands) = sync_channel(MOST_WAITING);
        let (alive, over) = sync_channel::<()>(1);
        let orders = Orders { reloader, queue: Arc::new(Mutex::new(Some(queue))) };
        let own = orders.clone();
        let thread = std::thread::Builder::new().name("witgate-reload".into()).spawn(move || {
            let _until_the_end = alive;
            own.run(&errands);
        })?;
        Ok(Self { orders, thread: Some(thread), over })
    }

    /// Where orders are left.
    pub fn orders(&self) -> &Orders {
        &self.orders
    }
}

impl Drop for ReloadThread {
    /// What waits is withdrawn. An attempt that takes longer than [`ENDS_WITHIN`] ends with the process.
    fn drop(&mut self) {
        drop(self.orders.queue.lock().unwrap_or_else(PoisonError::into_inner).take());
        match (self.over.recv_timeout(ENDS_WITHIN), self.thread.take()) {
            (Err(RecvTimeoutError::Timeout), _) => tracing::warn!("an attempt to reload ends with the process"),
            (_, Some(thread)) => drop(thread.join()),
            (_, None) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;
    use std::task::{Context, Waker};

    use super::*;
    use crate::reload::reloader::tests::{start, write};

    /// Keeps the thread until it is told to go on; the first channel says that it is kept.
    fn kept(orders: &Orders) -> (Receiver<()>, SyncSender<()>) {
        let ((began, begun), (go_on, told)) = (sync_channel(1), sync_channel::<()>(1));
        let held = orders.leave(Box::new(move |_| {
            began.send(()).expect("the test waits");
            told.recv().expect("the test goes on");
        }));
        held.expect("room");
        (begun, go_on)
    }

    /// Gives the order, and does not wait for it.
    fn is_waiting<F: Future>(order: &mut Pin<Box<F>>) -> bool {
        order.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn orders_are_done_in_turn_and_a_panic_ends_one_of_them() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("gateway.toml");
        write(&path, 100);
        let thread = ReloadThread::start(Arc::new(start(&path))).expect("a thread");
        let orders = thread.orders();
        assert_eq!(orders.look().await, Ok(Outcome::Unchanged));
        assert_eq!(orders.give(|_| panic!("as a test")).await, Err::<(), _>(NotDone::BrokeOff));
        write(&path, 90);
        assert_eq!((orders.differs().await, orders.look().await), (Ok(true), Ok(Outcome::Accepted(2))));
        assert_eq!(orders.rollback().await, Ok(Outcome::Accepted(3)));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_rollback_means_the_generation_that_was_in_force_when_it_was_ordered() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("gateway.toml");
        write(&path, 100);
        let thread = ReloadThread::start(Arc::new(start(&path))).expect("a thread");
        write(&path, 90);
        assert_eq!(thread.orders().look().await, Ok(Outcome::Accepted(2)));
        let (begun, go_on) = kept(thread.orders());
        begun.recv().expect("it is kept");
        write(&path, 80);
        let mending = thread.orders().look();
        let undoing = thread.orders().rollback();
        let going_on = async { go_on.send(()).expect("it waits") };
        let (mended, undone, ()) = tokio::join!(mending, undoing, going_on);
        assert_eq!((mended, undone), (Ok(Outcome::Accepted(3)), Ok(Outcome::Overtaken)));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_queue_is_bounded_and_what_nobody_waits_for_is_withdrawn() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("gateway.toml");
        write(&path, 100);
        let thread = ReloadThread::start(Arc::new(start(&path))).expect("a thread");
        let (begun, go_on) = kept(thread.orders());
        begun.recv().expect("it is kept");
        write(&path, 90);
        let mut waiting: Vec<_> = (0..MOST_WAITING).map(|_| Box::pin(thread.orders().look())).collect();
        assert!(waiting.iter_mut().all(is_waiting));
        assert_eq!(thread.orders().reload().await, Err(NotDone::Full));
        drop(waiting);
        go_on.send(()).expect("it waits");
        let mut after = Err(NotDone::Full);
        while after == Err(NotDone::Full) {
            after = thread.orders().give(|reloader| reloader.current.load().number).await;
            tokio::task::yield_now().await;
        }
        assert_eq!(after, Ok(1), "nobody waited for those looks");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn its_end_tells_who_waits() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("gateway.toml");
        write(&path, 100);
        let thread = ReloadThread::start(Arc::new(start(&path))).expect("a thread");
        let orders = thread.orders().clone();
        let (begun, go_on) = kept(&orders);
        begun.recv().expect("it is kept");
        let mut waiting = Box::pin(orders.look());
        assert!(is_waiting(&mut waiting));
        let ending = std::thread::spawn(move || drop(thread));
        // Ending begins by closing the queue; only then may the attempt go on.
        while !orders.is_ending() {
            std::thread::yield_now();
        }
        go_on.send(()).expect("it waits");
        assert_eq!(waiting.await, Err(NotDone::Ending));
        ending.join().expect("it ends");
        assert_eq!(orders.look().await, Err(NotDone::Ending));
    }
}
