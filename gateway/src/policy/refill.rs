//! The thread that makes new instances and ends old ones, so that no worker does.
//!
//! Never makes one plugin wait for another's whole need: each gets one instance at a time, in turn.

use std::any::Any;
use std::collections::VecDeque;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::JoinHandle;

/// Old things that may wait to be dropped; past that the caller drops its own.
const MOST_DROPS: usize = 1024;

/// What is only to be dropped.
type Old = Vec<Box<dyn Any + Send>>;

/// Something that can be filled one piece at a time.
pub(super) trait Fill: Send + Sync {
    /// Makes one piece; true when more is wanted.
    fn fill(&self) -> bool;

    /// Making one panicked: nothing more is made until it is asked for again.
    fn abandon(&self);
}

/// Where errands for the thread are left.
#[derive(Clone)]
pub(super) struct Refill(Arc<Shared>);

/// The thread; it ends when this is dropped.
pub(super) struct RefillThread {
    refill: Refill,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    errands: Mutex<Errands>,
    came: Condvar,
}

#[derive(Default)]
struct Errands {
    /// at most one entry of each that can be filled: it sees to that itself
    fills: VecDeque<Weak<dyn Fill>>,
    drops: Old,
    closed: bool,
}

impl Refill {
    /// Asks for a piece; false when the process is ending.
    pub(super) fn fill(&self, wanted: Weak<dyn Fill>) -> bool {
        let mut errands = self.errands();
        let open = !errands.closed;
        if open {
            errands.fills.push_back(wanted);
            self.0.came.notify_one();
        }
        open
    }

    /// Drops something over there; here, where there is no room.
    pub(super) fn end(&self, old: Box<dyn Any + Send>) {
        let mut errands = self.errands();
        if errands.closed || errands.drops.len() >= MOST_DROPS {
            drop(errands);
            drop(old);
        } else {
            errands.drops.push(old);
            self.0.came.notify_one();
        }
    }

    fn errands(&self) -> MutexGuard<'_, Errands> {
        self.0.errands.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self) {
        while let Some((wanted, drops)) = self.next() {
            drop(drops);
            let Some(weak) = wanted else { continue };
            let Some(strong) = weak.upgrade() else { continue };
            // A panic in there must not end the refilling of all other plugins.
            match catch_unwind(AssertUnwindSafe(|| strong.fill())) {
                Ok(true) => drop(self.fill(weak)),
                Ok(false) => {}
                Err(_) => {
                    tracing::error!("making an instance panicked");
                    strong.abandon();
                }
            }
        }
    }

    /// Waits for an errand; nothing when the thread is to end.
    fn next(&self) -> Option<(Option<Weak<dyn Fill>>, Old)> {
        let mut errands = self.errands();
        loop {
            if errands.closed {
                return None;
            }
            let (wanted, drops) = (errands.fills.pop_front(), std::mem::take(&mut errands.drops));
            if wanted.is_some() || !drops.is_empty() {
                return Some((wanted, drops));
            }
            errands = self.0.came.wait(errands).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl RefillThread {
    /// Starts the thread.
    ///
    /// # Errors
    /// When the system has no thread.
    pub(super) fn start() -> io::Result<Self> {
        let refill = Refill(Arc::default());
        let own = refill.clone();
        let thread = std::thread::Builder::new().name("witgate-refill".into()).spawn(move || own.run())?;
        Ok(Self { refill, thread: Some(thread) })
    }

    /// Where errands are left.
    pub(super) fn refill(&self) -> &Refill {
        &self.refill
    }
}

impl Drop for RefillThread {
    fn drop(&mut self) {
        let left = {
            let mut errands = self.refill.errands();
            errands.closed = true;
            std::mem::take(&mut errands.drops)
        };
        self.refill.0.came.notify_one();
        drop(left);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc::{SyncSender, sync_channel};

    use super::*;

    struct Counted {
        name: &'static str,
        left: AtomicUsize,
        made: SyncSender<&'static str>,
    }

    impl Fill for Counted {
        fn fill(&self) -> bool {
            assert_ne!(self.name, "bad", "it panics");
            self.made.send(self.name).expect("somebody counts");
            self.left.fetch_sub(1, Ordering::SeqCst) > 1
        }

        fn abandon(&self) {
            assert_eq!(self.name, "bad");
        }
    }

    #[test]
    fn each_is_filled_in_its_turn_and_a_panic_harms_nobody_else() {
        let (made, seen) = sync_channel(64);
        let counted = |name, left| Arc::new(Counted { name, left: AtomicUsize::new(left), made: made.clone() });
        let (many, bad, few) = (counted("many", 50), counted("bad", 1), counted("few", 1));
        let thread = RefillThread::start().expect("a thread");
        for one in [&many, &bad, &few] {
            let weak: Weak<dyn Fill> = Arc::downgrade(&(Arc::clone(one) as Arc<dyn Fill>));
            assert!(thread.refill().fill(weak));
        }
        let order: Vec<&str> = seen.iter().take(51).collect();
        assert!(order[..10].contains(&"few"), "it did not wait for all of the other's: {order:?}");
    }

    #[test]
    fn what_is_left_when_it_ends_is_dropped() {
        let held = Arc::new(());
        let thread = RefillThread::start().expect("a thread");
        let refill = thread.refill().clone();
        refill.end(Box::new(Arc::clone(&held)));
        drop(thread);
        refill.end(Box::new(Arc::clone(&held)));
        assert_eq!(Arc::strong_count(&held), 1);
        let nothing: Weak<dyn Fill> = Weak::<Counted>::new();
        assert!(!refill.fill(nothing));
    }
}
