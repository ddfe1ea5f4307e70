//! The instances of one plugin: warm ones for each worker, spares, and calls that wait for one.
//!
//! Never starts a shared instance on a worker, and never takes one back after a fault or a call that was given up.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use tokio::sync::{Semaphore, SemaphorePermit, oneshot};
use tokio::time::timeout;
use wasmtime::component::{ComponentNamedList, Lift, Lower};

use super::clock::thread_cpu_time;
use super::exchange::Exchange;
use super::exports::Pick;
use super::fault::Fault;
use super::instance::{Blueprint, Calling, Instance, START_WALL};
use super::refill::{Fill, Refill};
use crate::config::Isolation;
use crate::observe::policies::PolicyCounters;

/// Instances kept ready beside the warm ones, from the first loss on.
const SPARES: usize = 2;
/// Instances that were made for waiting calls and are not yet used, at once.
const WAITED_FOR: usize = 16;
/// Calls of one plugin that wait for an instance at once; past that they are refused.
const MOST_WAITING: usize = 256;
/// Calls of one plugin that may wait for something outside at once, for each worker.
const CALLS_AT_ONCE: usize = 64;
/// Warm instances a worker keeps of a plugin whose calls may overlap.
const OVERLAPPING: usize = 16;
/// What all instances of a plugin whose calls overlap may hold together, in bytes, were each at its limit. So many calls
/// there may be at once, but always two for each worker.
const OVERLAPPING_BYTES: usize = 4 << 30;
/// Instances of one plugin are replaced, though nothing is wrong with them, no oftener than this: a plugin that fills its
/// memory in each call must not keep the refill thread.
const BETWEEN_RECYCLINGS: Duration = Duration::from_secs(1);

/// A start that used so much CPU time is slow: the next one is made beside those of other plugins, not between them.
const SLOW_START: Duration = Duration::from_millis(20);

/// An instance goes from hand to hand by its pointer: it is large.
type Kept = Box<Instance>;
/// A call that waits for an instance.
type Waiter = oneshot::Sender<Result<Kept, Fault>>;

/// What is kept of one plugin.
pub(super) struct Stock {
    me: Weak<Stock>,
    blueprint: Blueprint,
    isolation: Isolation,
    /// CPU time that a start after the load may use
    start_cpu: Duration,
    counters: PolicyCounters,
    refill: Refill,
    /// One place for each worker. Locks here are held to take or to give, never for a call or a start.
    warm: Vec<Apart<Vec<Kept>>>,
    spares: Mutex<Vec<Kept>>,
    waiting: Mutex<VecDeque<Waiter>>,
    waiters: AtomicUsize,
    /// whether a refill thread knows that something is wanted
    ordered: AtomicBool,
    /// whether the last start was slow
    is_slow: AtomicBool,
    /// when an instance was last replaced by a spare
    recycled_at: Mutex<Option<Instant>>,
    /// for plugins whose calls overlap: how many may
    room: Option<Semaphore>,
}

/// What one worker locks at each call, in two lines of memory of its own: workers that share one wait for each other.
#[repr(align(128))]
struct Apart<T>(Mutex<T>);

/// An instance for the length of a call.
pub(super) struct Lease<'s> {
    stock: &'s Stock,
    worker: usize,
    instance: Option<Box<Instance>>,
    _place: Option<SemaphorePermit<'s>>,
}

/// How instances of a plugin are kept.
pub(super) struct Keeping {
    pub(super) isolation: Isolation,
    /// CPU time that the first start used
    pub(super) first_start: Duration,
    /// CPU time that a later start may use
    pub(super) start_cpu: Duration,
    pub(super) counters: PolicyCounters,
    pub(super) refill: Refill,
}

impl Stock {
    /// A stock of one warm instance for each worker.
    pub(super) fn new(blueprint: Blueprint, warm: Vec<Instance>, keeping: Keeping) -> Arc<Self> {
        let waits = blueprint.calling == Calling::Waiting;
        let room = waits.then(|| Semaphore::new(room(warm.len(), blueprint.limits.memory_bytes)));
        Arc::new_cyclic(|me| Self {
            me: Weak::clone(me),
            blueprint,
            isolation: keeping.isolation,
            start_cpu: keeping.start_cpu,
            counters: keeping.counters,
            refill: keeping.refill,
            warm: warm.into_iter().map(|instance| Apart(Mutex::new(vec![Box::new(instance)]))).collect(),
            spares: Mutex::default(),
            waiting: Mutex::default(),
            waiters: AtomicUsize::new(0),
            ordered: AtomicBool::new(false),
            is_slow: AtomicBool::new(keeping.first_start > SLOW_START),
            recycled_at: Mutex::default(),
            room,
        })
    }

    /// What the instances are made from.
    pub(super) fn blueprint(&self) -> &Blueprint {
        &self.blueprint
    }

    /// An instance for one call: a warm one, a spare, or the next one made. Waits for at most the plugin's `wall-ms`.
    ///
    /// # Errors
    /// When a fresh one cannot be started, or none is free in time.
    pub(super) async fn take(&self, worker: usize) -> Result<Lease<'_>, Fault> {
        let place = match &self.room {
            None => None,
            Some(room) => match timeout(self.wall(), room.acquire()).await {
                Ok(Ok(place)) => Some(place),
                _ => return Err(none_free()),
            },
        };
        let instance = match self.isolation {
            Isolation::Request => self.start(self.wall())?,
            Isolation::Instance => match self.at_hand(worker) {
                Some(instance) => instance,
                None => self.next_made().await?,
            },
        };
        Ok(Lease { stock: self, worker, instance: Some(instance), _place: place })
    }

    fn at_hand(&self, worker: usize) -> Option<Box<Instance>> {
        let warm = locked(&self.warm[worker % self.warm.len()].0).pop();
        warm.or_else(|| self.spare())
    }

    /// A spare, which is replaced; where there is none, one is ordered.
    fn spare(&self) -> Option<Box<Instance>> {
        let spare = locked(&self.spares).pop();
        self.order();
        spare
    }

    /// A spare for an instance that has served long enough; none too soon after the last.
    fn successor(&self) -> Option<Box<Instance>> {
        let mut last = locked(&self.recycled_at);
        if last.is_some_and(|last| last.elapsed() < BETWEEN_RECYCLINGS) {
            return None;
        }
        *last = Some(Instant::now());
        drop(last);
        self.spare()
    }

    /// Warm instances for each worker, within what all of them may hold.
    fn overlapping(&self) -> usize {
        (room(self.warm.len(), self.blueprint.limits.memory_bytes) / self.warm.len()).clamp(1, OVERLAPPING)
    }

    async fn next_made(&self) -> Result<Box<Instance>, Fault> {
        let (sender, receiver) = oneshot::channel();
        {
            let mut waiting = locked(&self.waiting);
            waiting.retain(|waiter| !waiter.is_closed());
            if waiting.len() >= MOST_WAITING {
                return Err(none_free());
            }
            waiting.push_back(sender);
            self.waiters.store(waiting.len(), Ordering::Release);
        }
        self.order();
        match timeout(self.wall(), receiver).await {
            Ok(Ok(made)) => made,
            _ => Err(none_free()),
        }
    }

    /// Takes an instance back after a good call, or replaces it when it has served long enough.
    fn give_back(&self, worker: usize, mut instance: Box<Instance>) {
        if self.isolation == Isolation::Request {
            return;
        }
        if instance.has_served(&self.blueprint.recycle) {
            match self.successor() {
                Some(fresh) => {
                    self.counters.recycled();
                    let old = std::mem::replace(&mut instance, fresh);
                    self.refill.end(old);
                }
                None => instance.postpone_recycling(),
            }
        }
        if self.waiters.load(Ordering::Acquire) > 0 {
            return self.hand_over(instance);
        }
        let most = if self.room.is_some() { self.overlapping() } else { 1 };
        let mut warm = locked(&self.warm[worker % self.warm.len()].0);
        if warm.len() < most {
            warm.push(instance);
        } else {
            drop(warm);
            self.keep_spare(instance);
        }
    }

    /// To the call that has waited longest, or else to the spares.
    fn hand_over(&self, mut instance: Box<Instance>) {
        let mut waiting = locked(&self.waiting);
        while let Some(waiter) = waiting.pop_front() {
            self.waiters.store(waiting.len(), Ordering::Release);
            match waiter.send(Ok(instance)) {
                // It gave up meanwhile: the next in turn gets the instance.
                Err(Ok(unwanted)) => instance = unwanted,
                Ok(()) | Err(Err(_)) => return,
            }
        }
        drop(waiting);
        self.keep_spare(instance);
    }

    fn keep_spare(&self, instance: Box<Instance>) {
        let mut spares = locked(&self.spares);
        if spares.len() < SPARES {
            spares.push(instance);
        } else {
            drop(spares);
            self.refill.end(instance);
        }
    }

    /// Asks a refill thread, once.
    fn order(&self) {
        if !self.ordered.swap(true, Ordering::AcqRel) && !self.refill.fill(self.as_fill()) {
            self.tell_all(&Fault::Start("the gateway is ending".to_owned()));
        }
    }

    fn as_fill(&self) -> Weak<dyn Fill> {
        Weak::<Self>::clone(&self.me)
    }

    fn tell_all(&self, fault: &Fault) {
        let waiters = std::mem::take(&mut *locked(&self.waiting));
        self.waiters.store(0, Ordering::Release);
        // One failed start is one fault, however many wait: it must not open the breaker by their number.
        let mut is_told = false;
        for waiter in waiters {
            let answer = if is_told { none_free() } else { fault.clone() };
            is_told |= waiter.send(Err(answer)).is_ok();
        }
    }

    fn start(&self, wall: Duration) -> Result<Box<Instance>, Fault> {
        let started = self.blueprint.start(self.start_cpu, wall);
        let instance = started.map_err(|error| Fault::Start(error.to_string()))?;
        self.counters.started();
        Ok(Box::new(instance))
    }

    fn wall(&self) -> Duration {
        self.blueprint.limits.wall
    }
}

impl Fill for Stock {
    /// One instance, for the call that waits longest or for the spares.
    fn fill(&self) -> bool {
        let began = thread_cpu_time();
        let made = self.start(START_WALL);
        self.is_slow.store(thread_cpu_time().saturating_sub(began) > SLOW_START, Ordering::Relaxed);
        let whole = made.is_ok();
        match made {
            Ok(instance) => self.hand_over(instance),
            Err(fault) => self.tell_all(&fault),
        }
        let wants = || !locked(&self.waiting).is_empty() || (whole && locked(&self.spares).len() < SPARES);
        if wants() {
            return true;
        }
        self.ordered.store(false, Ordering::Release);
        // Somebody may have come between the look and the note; then one of us asks again.
        !locked(&self.waiting).is_empty() && !self.ordered.swap(true, Ordering::AcqRel)
    }

    fn is_slow(&self) -> bool {
        self.is_slow.load(Ordering::Relaxed)
    }

    fn abandon(&self) {
        self.ordered.store(false, Ordering::Release);
        self.tell_all(&Fault::Start("the host failed to make an instance".to_owned()));
    }
}

/// How many calls of a plugin may overlap.
fn room(workers: usize, memory_bytes: usize) -> usize {
    let workers = workers.max(1);
    (OVERLAPPING_BYTES / memory_bytes.max(1)).clamp(2 * workers, CALLS_AT_ONCE * workers)
}

/// Instances of a plugin whose calls do not overlap: warm, at work and spare. Those that calls wait for are few, and
/// soon over.
pub(super) fn most_at_once(workers: usize) -> usize {
    workers.saturating_mul(2).saturating_add(SPARES).saturating_add(WAITED_FOR)
}

impl Drop for Stock {
    /// The last request of a replaced generation may end on a worker.
    fn drop(&mut self) {
        let warm = std::mem::take(&mut self.warm).into_iter().flat_map(|apart| unlocked(apart.0));
        let rest: Vec<Box<Instance>> =
            warm.chain(std::mem::take(self.spares.get_mut().unwrap_or_else(PoisonError::into_inner))).collect();
        self.refill.end(Box::new(rest));
    }
}

impl Lease<'_> {
    /// Calls the instance.
    ///
    /// # Errors
    /// The fault that ended the call.
    pub(super) async fn call<P, R>(
        &mut self,
        exchange: &mut Box<Exchange>,
        pick: Pick<P, R>,
        params: P,
    ) -> Result<R, Fault>
    where
        P: ComponentNamedList + Lower + Send + Sync + 'static,
        R: Send + Sync + 'static,
        (R,): ComponentNamedList + Lift,
    {
        match &mut self.instance {
            Some(instance) => instance.call(exchange, pick, params).await,
            None => Err(none_free()),
        }
    }

    /// The call went well: the instance may serve again.
    pub(super) fn went_well(mut self) {
        if let Some(instance) = self.instance.take() {
            self.stock.give_back(self.worker, instance);
        }
    }
}

impl Drop for Lease<'_> {
    /// A fault, or a caller that gave up: what the instance holds in memory cannot be trusted any more.
    fn drop(&mut self) {
        if let Some(poisoned) = self.instance.take() {
            self.stock.counters.dropped();
            self.stock.refill.end(poisoned);
        }
    }
}

fn none_free() -> Fault {
    Fault::Unavailable { why: "had no instance free in time", retry_after: 1 }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn unlocked<T>(mutex: Mutex<T>) -> T {
    mutex.into_inner().unwrap_or_else(PoisonError::into_inner)
}
