//! The threads that make new instances and end old ones, so that no worker does.
//!
//! Never makes one plugin wait for another's whole need: each gets one instance at a time, in turn. Never makes one that starts
//! quickly wait for one that does not: there is a thread for each kind.

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

    /// Whether making a piece takes so long that it belongs on the thread for such.
    fn is_slow(&self) -> bool;

    /// Making one panicked: nothing more is made until it is asked for again.
    fn abandon(&self);
}

/// Where errands for the threads are left.
#[derive(Clone, Default)]
pub(super) struct Refill {
    quick: Lane,
    slow: Lane,
}

/// The errands of one thread.
#[derive(Clone, Default)]
struct Lane(Arc<Shared>);

/// The threads; they end when this is dropped.
pub(super) struct RefillThreads {
    refill: Refill,
    threads: Vec<JoinHandle<()>>,
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
        let is_slow = wanted.upgrade().is_some_and(|wanted| wanted.is_slow());
        if is_slow { self.slow.fill(wanted) } else { self.quick.fill(wanted) }
    }

    /// Drops something over there; here, where there is no room.
    pub(super) fn end(&self, old: Box<dyn Any + Send>) {
        self.quick.end(old);
    }

    fn run(&self, lane: &Lane) {
        while let Some((wanted, drops)) = lane.next() {
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
}

impl Lane {
    fn fill(&self, wanted: Weak<dyn Fill>) -> bool {
        let mut errands = self.errands();
        let open = !errands.closed;
        if open {
            errands.fills.push_back(wanted);
            self.0.came.notify_one();
        }
        open
    }

    fn end(&self, old: Box<dyn Any + Send>) {
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

    /// From now on nothing is taken; what was to be dropped is.
    fn close(&self) {
        let left = {
            let mut errands = self.errands();
            errands.closed = true;
            std::mem::take(&mut errands.drops)
        };
        self.0.came.notify_one();
        drop(left);
    }
}

impl RefillThreads {
    /// Starts the threads.
    ///
    /// # Errors
    /// When the system has no thread.
    pub(super) fn start() -> io::Result<Self> {
        let mut own = Self { refill: Refill::default(), threads: Vec::new() };
        for (name, lane) in [("witgate-refill", own.refill.quick.clone()), ("witgate-slow", own.refill.slow.clone())] {
            let refill = own.refill.clone();
            own.threads.push(std::thread::Builder::new().name(name.into()).spawn(move || refill.run(&lane))?);
        }
        Ok(own)
    }

    /// Where errands are left.
    pub(super) fn refill(&self) -> &Refill {
        &self.refill
    }
}

impl Drop for RefillThreads {
    fn drop(&mut self) {
        self.refill.quick.close();
        self.refill.slow.close();
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
    use std::time::Duration;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(30);

    struct Counted {
        name: &'static str,
        left: AtomicUsize,
        made: SyncSender<&'static str>,
        waits_for: Option<Mutex<Receiver<()>>>,
    }

    fn weak(one: &Arc<Counted>) -> Weak<dyn Fill> {
        Arc::downgrade(&(Arc::clone(one) as Arc<dyn Fill>))
    }

    impl Fill for Counted {
        fn fill(&self) -> bool {
            assert_ne!(self.name, "bad", "it panics");
            if let Some(go_on) = &self.waits_for {
                let told = go_on.lock().expect("one thread").recv_timeout(PATIENCE);
                told.expect("told to go on");
            }
            self.made.send(self.name).expect("somebody counts");
            self.left.fetch_sub(1, Ordering::SeqCst) > 1
        }

        fn is_slow(&self) -> bool {
            self.name == "slow"
        }

        fn abandon(&self) {
            assert_eq!(self.name, "bad");
        }
    }

    #[test]
    fn each_is_filled_in_its_turn_and_a_panic_harms_nobody_else() {
        const MANY: usize = 50;
        let ((made, seen), (go_on, told)) = (sync_channel(64), sync_channel(MANY));
        let counted = |name, left, waits_for| {
            Arc::new(Counted { name, left: AtomicUsize::new(left), made: made.clone(), waits_for })
        };
        let many = counted("many", MANY, Some(Mutex::new(told)));
        let (bad, few) = (counted("bad", 1, None), counted("few", 1, None));
        let thread = RefillThreads::start().expect("a thread");
        for one in [&many, &bad, &few] {
            assert!(thread.refill().fill(weak(one)));
        }
        // Only now that all three wait for their turn.
        (0..MANY).for_each(|_| go_on.send(()).expect("it waits"));
        let order: Vec<&str> = seen.iter().take(51).collect();
        assert!(order[..10].contains(&"few"), "it did not wait for all of the other's: {order:?}");
    }

    #[test]
    fn who_starts_slowly_keeps_nobody_waiting_who_does_not() {
        let ((made, seen), (go_on, told)) = (sync_channel(8), sync_channel(1));
        let counted =
            |name, waits_for| Arc::new(Counted { name, left: AtomicUsize::new(1), made: made.clone(), waits_for });
        let (slow, quick) = (counted("slow", Some(Mutex::new(told))), counted("quick", None));
        let threads = RefillThreads::start().expect("threads");
        assert!(threads.refill().fill(weak(&slow)) && threads.refill().fill(weak(&quick)));
        assert_eq!(seen.recv_timeout(PATIENCE), Ok("quick"));
        go_on.send(()).expect("it waits");
        assert_eq!(seen.recv_timeout(PATIENCE), Ok("slow"));
    }

    #[test]
    fn what_is_left_when_it_ends_is_dropped() {
        let held = Arc::new(());
        let thread = RefillThreads::start().expect("a thread");
        let refill = thread.refill().clone();
        refill.end(Box::new(Arc::clone(&held)));
        drop(thread);
        refill.end(Box::new(Arc::clone(&held)));
        assert_eq!(Arc::strong_count(&held), 1);
        let nothing: Weak<dyn Fill> = Weak::<Counted>::new();
        assert!(!refill.fill(nothing));
    }
}
