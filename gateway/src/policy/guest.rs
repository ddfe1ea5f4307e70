//! The state behind one instance: the request it is looking at, and its limits.
//!
//! Never outlives its store, and never remembers a request after the call.

use std::sync::Arc;

use wasmtime::{ResourceLimiter, Result, Store, Trap, UpdateDeadline};

use super::clock::{Allowance, CallClock, Turns, thread_cpu_time};
use super::engine::GUEST_STACK;
use super::exchange::Exchange;
use super::fault::Fault;
use super::hidden::Hidden;
use super::limits::{Exceeded, Limit};
use super::log_rate::LogRate;
use super::ticker::CallMark;
use crate::config::PluginLimits;

/// Ticks between two looks at the clocks; one tick is `ticker::TICK`.
const TICKS_BETWEEN_LOOKS: u64 = 1;
/// Tokens that one call may have verified; a policy needs one, or a few when it tries profiles.
const VERIFICATIONS_PER_CALL: usize = 8;
/// How wasmtime says that a guest handed over more than its host-call fuel; the error's type is private.
const FUEL_EXHAUSTED: &str = "fuel allocated for hostcalls has been exhausted";
/// How wasmtime says that a component has too many core instances, tables or memories.
const TOO_MANY_PARTS: &str = "resource limit exceeded";

/// What a store of this host holds.
pub(super) struct GuestState {
    /// the plugin's name in gateway.toml, for log lines
    pub(super) plugin: String,
    /// the request of this call; vacant between calls
    pub(super) exchange: Box<Exchange>,
    /// how many log lines all instances of the plugin may write
    pub(super) log_rate: Arc<LogRate>,
    /// what its log lines must not say
    pub(super) hidden: Arc<Hidden>,
    /// what the instance may use
    pub(super) limits: PluginLimits,
    /// what this call has used so far
    pub(super) used: Used,
    /// whether it was started with what another start would not find: a time, chance, a store, the network
    pub(super) hangs_on_start: bool,
    clock: CallClock,
    /// set while it is called: then there are ticks
    mark: CallMark,
    /// bytes granted to all memories together
    memory_used: usize,
    /// the limit that the host ended the call for
    exceeded: Option<Exceeded>,
    /// whether the call gives the thread to others at each tick
    yields: bool,
    /// a growth that was refused in this call: the cause, if the call then dies
    refused: Option<Exceeded>,
}

/// What one call has used so far.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Used {
    pub(super) host_call_bytes: usize,
    pub(super) log_lines: usize,
    pub(super) log_bytes: usize,
    verifications: usize,
}

impl GuestState {
    /// The state of an idle instance; `turns` where its calls may wait.
    pub(super) fn new(
        plugin: &str,
        limits: PluginLimits,
        (turns, mark): (Option<Arc<Turns>>, CallMark),
        log_rate: Arc<LogRate>,
    ) -> Self {
        Self {
            plugin: plugin.to_owned(),
            exchange: Box::new(Exchange::vacant()),
            log_rate,
            hidden: Arc::default(),
            limits,
            used: Used::default(),
            hangs_on_start: false,
            clock: CallClock::new(turns),
            mark,
            memory_used: 0,
            exceeded: None,
            yields: false,
            refused: None,
        }
    }

    /// Linear memory of all memories together, in bytes.
    pub(super) fn memory_used(&self) -> usize {
        self.memory_used
    }

    /// Notes a passed limit; the error ends the call.
    pub(super) fn exceed(&mut self, limit: Limit, value: usize) -> wasmtime::Error {
        let exceeded = Exceeded::new(limit, value);
        self.exceeded = Some(exceeded);
        wasmtime::Error::msg(exceeded.to_string())
    }

    /// Names what ended a call: the limit that was passed, or the trap itself.
    pub(super) fn fault(&self, error: &wasmtime::Error) -> Fault {
        match self.exceeded.or_else(|| self.told(error)).or(self.refused) {
            Some(exceeded) => Fault::Limit(exceeded),
            None => Fault::Trap(error.root_cause().to_string()),
        }
    }

    /// The call was left to the wall clock's end.
    pub(super) fn too_slow(&self) -> Fault {
        Fault::Limit(self.clock.wall_exceeded())
    }

    /// A limit that wasmtime itself keeps, told by its error.
    fn told(&self, error: &wasmtime::Error) -> Option<Exceeded> {
        if error.downcast_ref::<Trap>() == Some(&Trap::StackOverflow) {
            return Some(Exceeded::new(Limit::StackBytes, GUEST_STACK));
        }
        let cause = error.root_cause().to_string();
        if cause.contains(FUEL_EXHAUSTED) {
            Some(Exceeded::new(Limit::HostCallBytes, self.limits.host_call_bytes))
        } else if cause.starts_with(TOO_MANY_PARTS) {
            Some(Exceeded::new(Limit::Parts, self.limits.parts))
        } else {
            None
        }
    }

    /// Runs the host's own work, such as a signature check: outside the guest's CPU budget where it is heavy. What is
    /// light costs less than the two system calls that would tell its time.
    ///
    /// # Errors
    /// When one call asks for it too often: the budget would not end a guest that only asks.
    pub(super) fn on_the_host<R>(&mut self, is_heavy: bool, work: impl FnOnce(&mut Self) -> R) -> Result<R> {
        self.used.verifications += 1;
        if self.used.verifications > VERIFICATIONS_PER_CALL {
            return Err(self.exceed(Limit::Verifications, VERIFICATIONS_PER_CALL));
        }
        if !is_heavy {
            return Ok(work(self));
        }
        let began = thread_cpu_time();
        let result = work(self);
        self.clock.spent_by_host(thread_cpu_time().saturating_sub(began));
        Ok(result)
    }

    /// Wall time alone would kill innocent calls on a busy machine, so it is generous and CPU time is what counts.
    fn tick(&mut self) -> UpdateDeadline {
        match self.clock.look() {
            Some(exceeded) => {
                self.exceeded = Some(exceeded);
                UpdateDeadline::Interrupt
            }
            None if self.yields => UpdateDeadline::Yield(TICKS_BETWEEN_LOOKS),
            None => UpdateDeadline::Continue(TICKS_BETWEEN_LOOKS),
        }
    }
}

/// A store with its limits armed.
pub(super) fn store(engine: &wasmtime::Engine, state: GuestState) -> Store<GuestState> {
    let host_call_bytes = state.limits.host_call_bytes;
    let mut store = Store::new(engine, state);
    store.limiter(|state| state);
    store.set_hostcall_fuel(host_call_bytes);
    store.epoch_deadline_callback(|mut context| Ok(context.data_mut().tick()));
    store
}

/// Arms the limits for the next call. `yields`, for calls on a fiber only: others get the thread at each tick.
pub(super) fn begin_call(store: &mut Store<GuestState>, allowance: Allowance, yields: bool) {
    let state = store.data_mut();
    state.yields = yields;
    let is_cold = state.mark.set();
    state.clock.begin(allowance, is_cold);
    state.used = Used::default();
    state.exceeded = None;
    state.refused = None;
    store.set_epoch_deadline(TICKS_BETWEEN_LOOKS);
}

/// The call is over, however it went.
pub(super) fn end_call(store: &mut Store<GuestState>) {
    store.data_mut().mark.end();
}

/// The start is over, however it went.
pub(super) fn end_start(store: &mut Store<GuestState>) {
    store.data_mut().mark.clear();
}

impl ResourceLimiter for GuestState {
    /// The limit is on all memories of the instance together.
    fn memory_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> Result<bool> {
        let total = self.memory_used.saturating_add(desired.saturating_sub(current));
        let granted = total <= self.limits.memory_bytes;
        if granted {
            self.memory_used = total;
        } else {
            self.refused = Some(Exceeded::new(Limit::MemoryBytes, self.limits.memory_bytes));
        }
        Ok(granted)
    }

    fn table_growing(&mut self, _current: usize, desired: usize, _maximum: Option<usize>) -> Result<bool> {
        let granted = desired <= self.limits.table_elements;
        if !granted {
            self.refused = Some(Exceeded::new(Limit::TableElements, self.limits.table_elements));
        }
        Ok(granted)
    }

    fn instances(&self) -> usize {
        self.limits.parts
    }

    fn tables(&self) -> usize {
        self.limits.parts
    }

    fn memories(&self) -> usize {
        self.limits.parts
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::observe::metrics::Metrics;
    use crate::policy::ticker::Pulse;

    /// CPU time until a call that begins now is ended.
    fn runs(store: &mut Store<GuestState>) -> Duration {
        let limits = store.data().limits;
        begin_call(store, Allowance { limit: Limit::CpuMs, cpu: limits.cpu, wall: Duration::from_secs(3600) }, false);
        let began = thread_cpu_time();
        while matches!(store.data_mut().tick(), UpdateDeadline::Continue(_)) {}
        end_call(store);
        thread_cpu_time() - began
    }

    #[test]
    fn a_call_after_a_while_has_slack_and_the_next_has_none() {
        let pulse = Arc::<Pulse>::default();
        let limits = PluginLimits { cpu: Duration::from_millis(20), ..PluginLimits::default() };
        let log_rate = LogRate::new("p", 1, Metrics::default().policies().of("p"));
        let state = GuestState::new("p", limits, (None, CallMark::new(&pulse)), Arc::new(log_rate));
        let mut store = store(&wasmtime::Engine::default(), state);
        assert!(runs(&mut store) < 5 * limits.cpu, "it was made just now");
        pulse.long_after();
        assert!(runs(&mut store) > 9 * limits.cpu);
        assert!(runs(&mut store) < 5 * limits.cpu, "it is warm");
    }
}
