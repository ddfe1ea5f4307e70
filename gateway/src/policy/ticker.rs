//! The thread that ticks the epoch while guests run, so that a guest can be looked at. It rests while none does: a gateway
//! that asks no policy wakes nobody a thousand times a second.
//!
//! Never rests while a call is under way: who begins one says so before it looks whether the thread rests, and the thread
//! says that it rests before it looks for calls.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::{JoinHandle, Thread};
use std::time::Duration;

use wasmtime::EngineWeak;

/// One epoch tick: how often a running guest can be looked at.
pub const TICK: Duration = Duration::from_millis(1);
/// Ticks without a call before it rests: waking it costs a system call, in the way of a request.
const IDLE_TICKS: u32 = 100;
/// Ticks without a call after which an instance is cold: what it touches may have gone from caches, and in a virtual
/// machine from memory.
const COLD_TICKS: u64 = 100;
/// Places in which calls are counted, so that workers seldom share one.
const SLOTS: usize = 16;

/// A count of calls under way. Two lines of memory apart, since processors fetch them in pairs.
#[derive(Default)]
#[repr(align(128))]
struct Slot(AtomicUsize);

/// How many calls are under way, and whether the ticker rests.
#[derive(Default)]
pub(super) struct Pulse {
    calls: [Slot; SLOTS],
    next: AtomicUsize,
    /// ticks until now; a rest counts as many as make every instance cold
    ticks: AtomicU64,
    rests: AtomicBool,
    stops: AtomicBool,
    ticker: OnceLock<Thread>,
}

impl Pulse {
    fn is_calm(&self) -> bool {
        self.calls.iter().all(|slot| slot.0.load(Ordering::SeqCst) == 0)
    }

    fn begin(&self, slot: usize) {
        self.calls[slot].0.fetch_add(1, Ordering::SeqCst);
        if self.rests.load(Ordering::SeqCst) && self.rests.swap(false, Ordering::SeqCst) {
            self.wake();
        }
    }

    fn ticks(&self) -> u64 {
        self.ticks.load(Ordering::Relaxed)
    }

    /// So long that every instance is cold.
    #[cfg(test)]
    pub(super) fn long_after(&self) {
        self.ticks.fetch_add(COLD_TICKS, Ordering::Relaxed);
    }

    fn end(&self, slot: usize) {
        self.calls[slot].0.fetch_sub(1, Ordering::SeqCst);
    }

    fn wake(&self) {
        if let Some(thread) = self.ticker.get() {
            thread.unpark();
        }
    }

    /// Until a call begins or the end comes. A stray wake-up is one more look.
    fn rest(&self) {
        // There are no ticks meanwhile: who is called next has waited, nobody knows how long.
        self.ticks.fetch_add(COLD_TICKS, Ordering::SeqCst);
        self.rests.store(true, Ordering::SeqCst);
        while self.rests.load(Ordering::SeqCst) && self.is_calm() && !self.stops.load(Ordering::SeqCst) {
            std::thread::park();
        }
        self.rests.store(false, Ordering::SeqCst);
    }

    fn run(&self, engines: &[EngineWeak]) {
        let _ = self.ticker.set(std::thread::current());
        let mut idle = 0;
        while !self.stops.load(Ordering::SeqCst) {
            std::thread::park_timeout(TICK);
            self.ticks.fetch_add(1, Ordering::Relaxed);
            engines.iter().filter_map(EngineWeak::upgrade).for_each(|engine| engine.increment_epoch());
            idle = if self.is_calm() { idle + 1 } else { 0 };
            if idle >= IDLE_TICKS {
                self.rest();
                idle = 0;
            }
        }
    }
}

/// The calls of one instance, of which there is one at a time.
pub(super) struct CallMark {
    pulse: Arc<Pulse>,
    slot: usize,
    is_set: bool,
    /// the tick at which the last call ended, or before any the instance was made
    ended: u64,
}

impl CallMark {
    /// For an instance that is not called.
    pub(super) fn new(pulse: &Arc<Pulse>) -> Self {
        let slot = pulse.next.fetch_add(1, Ordering::Relaxed) % SLOTS;
        Self { pulse: Arc::clone(pulse), slot, is_set: false, ended: pulse.ticks() }
    }

    /// A call is under way: from now on there are ticks. True when the instance is cold.
    pub(super) fn set(&mut self) -> bool {
        if !std::mem::replace(&mut self.is_set, true) {
            self.pulse.begin(self.slot);
        }
        self.pulse.ticks().saturating_sub(self.ended) >= COLD_TICKS
    }

    /// It is over, and left the instance warm.
    pub(super) fn end(&mut self) {
        self.clear();
        self.ended = self.pulse.ticks();
    }

    /// It is over. A start leaves an instance as cold as it was: it did not touch what calls do.
    pub(super) fn clear(&mut self) {
        if std::mem::take(&mut self.is_set) {
            self.pulse.end(self.slot);
        }
    }
}

impl Drop for CallMark {
    /// A call that was given up is over, too.
    fn drop(&mut self) {
        self.clear();
    }
}

/// The thread. It ends when this is dropped.
pub(super) struct Ticker {
    pulse: Arc<Pulse>,
    thread: Option<JoinHandle<()>>,
}

impl Ticker {
    /// Starts to tick for these engines.
    ///
    /// # Errors
    /// When the system has no thread for it.
    pub(super) fn start(pulse: &Arc<Pulse>, engines: Vec<EngineWeak>) -> std::io::Result<Self> {
        let ticking = Arc::clone(pulse);
        let thread = std::thread::Builder::new().name("witgate-epoch".into()).spawn(move || ticking.run(&engines))?;
        Ok(Self { pulse: Arc::clone(pulse), thread: Some(thread) })
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.pulse.stops.store(true, Ordering::SeqCst);
        self.pulse.wake();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use wasmtime::Engine;

    use super::*;

    /// How long a thread elsewhere may take.
    const PATIENCE: Duration = Duration::from_secs(20);

    fn wait_until(what: &str, holds: impl Fn() -> bool) {
        let end = Instant::now() + PATIENCE;
        while !holds() {
            assert!(Instant::now() < end, "not {what} in time");
            std::thread::yield_now();
        }
    }

    #[test]
    fn it_rests_without_calls_and_ticks_during_each() {
        let (pulse, engine) = (Arc::<Pulse>::default(), Engine::default());
        let ticker = Ticker::start(&pulse, vec![engine.weak()]).expect("a thread");
        let mut marks: Vec<CallMark> = (0..3 * SLOTS).map(|_| CallMark::new(&pulse)).collect();
        for mark in &mut marks[..4] {
            wait_until("resting", || pulse.rests.load(Ordering::SeqCst));
            assert!(mark.set(), "cold after a rest");
            wait_until("woken", || !pulse.rests.load(Ordering::SeqCst));
            mark.set();
            mark.clear();
            mark.clear();
        }
        assert!(pulse.is_calm());
        marks[5].set();
        drop(marks);
        assert!(pulse.is_calm(), "a mark that is dropped is cleared");
        wait_until("resting", || pulse.rests.load(Ordering::SeqCst));
        drop(ticker);
    }

    #[test]
    fn an_instance_is_cold_when_nobody_has_called_it_for_a_while() {
        let pulse = Arc::<Pulse>::default();
        let mut mark = CallMark::new(&pulse);
        let mut called = |ticks: u64| {
            pulse.ticks.fetch_add(ticks, Ordering::Relaxed);
            let is_cold = mark.set();
            // It runs for long, which does not make it cold.
            pulse.ticks.fetch_add(COLD_TICKS, Ordering::Relaxed);
            mark.end();
            is_cold
        };
        assert_eq!([0, COLD_TICKS - 1, COLD_TICKS, 0].map(&mut called), [false, false, true, false]);
        let mut made = CallMark::new(&pulse);
        assert!(!made.set(), "it was made just now");
        pulse.ticks.fetch_add(COLD_TICKS, Ordering::Relaxed);
        made.clear();
        assert!(made.set(), "its start is no call");
    }
}
