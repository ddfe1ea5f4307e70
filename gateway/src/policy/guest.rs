//! The state behind one instance: the request it is looking at, and its limits.
//!
//! Never outlives its store, and never remembers a request after the call.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use wasmtime::{ResourceLimiter, Result, Store, UpdateDeadline};

use super::exchange::Exchange;
use super::fault::Fault;

/// Ticks between two looks at the CPU clock; one tick is `engine::TICK`.
const TICKS_BETWEEN_LOOKS: u64 = 1;
/// Tokens that one call may have verified; a policy needs one, or a few when it tries profiles.
const VERIFICATIONS_PER_CALL: usize = 8;
/// The most elements a table may have.
const TABLE_ELEMENTS: usize = 20_000;
/// The most core instances, tables and memories one component may make; a Rust guest needs a handful (its adapter too).
const PARTS_PER_STORE: usize = 32;

/// What a store of this host holds.
pub(super) struct GuestState {
    /// the plugin's name in gateway.toml, for log lines
    pub(super) plugin: String,
    /// the request of this call; vacant between calls
    pub(super) exchange: Box<Exchange>,
    /// log lines written in this call
    pub(super) log_lines: usize,
    cpu_limit: Duration,
    /// the guest's own time when it was first looked at
    cpu_at_first_tick: Option<Duration>,
    /// what the host itself spent on this call's behalf
    cpu_of_host: Duration,
    cpu_exceeded: bool,
    verifications: usize,
    memory_limit: usize,
    /// bytes granted to all memories together
    memory_used: usize,
    memory_refused: bool,
}

impl GuestState {
    pub(super) fn new(plugin: &str, memory_limit: usize) -> Self {
        Self {
            plugin: plugin.to_owned(),
            exchange: Box::new(Exchange::vacant()),
            log_lines: 0,
            cpu_limit: Duration::ZERO,
            cpu_at_first_tick: None,
            cpu_of_host: Duration::ZERO,
            cpu_exceeded: false,
            verifications: 0,
            memory_limit,
            memory_used: 0,
            memory_refused: false,
        }
    }

    /// Names what ended a call: the limit that was passed, or the trap itself.
    pub(super) fn fault(&self, error: &wasmtime::Error) -> Fault {
        if self.cpu_exceeded {
            Fault::CpuTime(self.cpu_limit)
        } else if self.memory_refused {
            Fault::Memory(self.memory_limit)
        } else {
            Fault::Trap(error.root_cause().to_string())
        }
    }

    /// Runs the host's own heavy work, such as a signature check, outside the guest's CPU budget.
    ///
    /// # Errors
    /// When one call asks for it too often: the budget would not end a guest that only asks.
    pub(super) fn on_the_host<R>(&mut self, work: impl FnOnce(&mut Self) -> R) -> Result<R> {
        self.verifications += 1;
        if self.verifications > VERIFICATIONS_PER_CALL {
            return Err(wasmtime::Error::msg(format!("more than {VERIFICATIONS_PER_CALL} verifications in one call")));
        }
        let began = thread_cpu_time();
        let result = work(self);
        self.cpu_of_host += thread_cpu_time().saturating_sub(began);
        Ok(result)
    }

    /// Wall time would kill innocent calls on a busy machine, so only CPU time counts. The clock is a system call, so
    /// it is read after a tick only: a call that ends within one tick never pays for it.
    fn tick(&mut self) -> UpdateDeadline {
        let now = thread_cpu_time().saturating_sub(self.cpu_of_host);
        let since = *self.cpu_at_first_tick.get_or_insert(now);
        if now.saturating_sub(since) > self.cpu_limit {
            self.cpu_exceeded = true;
            return UpdateDeadline::Interrupt;
        }
        UpdateDeadline::Continue(TICKS_BETWEEN_LOOKS)
    }
}

/// A store with its limits armed.
pub(super) fn store(engine: &wasmtime::Engine, state: GuestState) -> Store<GuestState> {
    let mut store = Store::new(engine, state);
    store.limiter(|state| state);
    store.epoch_deadline_callback(|mut context| Ok(context.data_mut().tick()));
    store
}

/// Arms the CPU limit for the next call.
pub(super) fn begin_call(store: &mut Store<GuestState>, cpu_limit: Duration) {
    let state = store.data_mut();
    state.cpu_limit = cpu_limit;
    state.cpu_at_first_tick = None;
    state.cpu_of_host = Duration::ZERO;
    state.cpu_exceeded = false;
    state.memory_refused = false;
    state.verifications = 0;
    state.log_lines = 0;
    store.set_epoch_deadline(TICKS_BETWEEN_LOOKS);
}

fn thread_cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}

impl ResourceLimiter for GuestState {
    /// The limit is on all memories of the instance together.
    fn memory_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> Result<bool> {
        let total = self.memory_used.saturating_add(desired.saturating_sub(current));
        let granted = total <= self.memory_limit;
        if granted {
            self.memory_used = total;
        }
        self.memory_refused |= !granted;
        Ok(granted)
    }

    fn table_growing(&mut self, _current: usize, desired: usize, _maximum: Option<usize>) -> Result<bool> {
        Ok(desired <= TABLE_ELEMENTS)
    }

    fn instances(&self) -> usize {
        PARTS_PER_STORE
    }

    fn tables(&self) -> usize {
        PARTS_PER_STORE
    }

    fn memories(&self) -> usize {
        PARTS_PER_STORE
    }
}
