//! How long a call has run: its thread's CPU time, and the time on the wall.
//!
//! Never reads a clock in the way of a call that ends within one tick: clocks are system calls. Never ends a call for a
//! clock's jump: a thread is held up by a hypervisor, which its CPU time may count (5 ms were seen), or by a page of code
//! that comes back from a busy disk (a second), and the guest can help neither.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

use super::limits::{Exceeded, Limit};

/// Looks that must find a call running, after the first, before its time is up. What a guest spends it spends over many.
const LOOKS: u32 = 3;

/// What one step between two looks counts on the wall at most: a call that only waits for its thread is no guest's loop.
const WALL_STEP: Duration = Duration::from_millis(20);

/// So many times its CPU time a cold call may use. After two idle seconds a policy that takes 20 us was seen to take 2.8 ms,
/// in a virtual machine whose host brings each page back when it is touched, on the guest's account.
const COLD_SLACK: u32 = 10;

/// How long one call may run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Allowance {
    /// which limit the CPU time stands for: that of a call or of a start
    pub(super) limit: Limit,
    /// thread CPU time
    pub(super) cpu: Duration,
    /// time on the wall
    pub(super) wall: Duration,
}

/// The clocks of one call.
pub(super) struct CallClock {
    allowance: Allowance,
    /// CPU time that it may use, with its slack
    most_cpu: Duration,
    /// CPU time and time on the wall at the last look
    last: Option<(Duration, Instant)>,
    /// the same since the first look, of each step between two looks no more than its share
    spent: (Duration, Duration),
    /// what the host itself spent on this call's behalf
    of_host: Duration,
    /// for calls that may leave the thread while they wait
    turns: Option<Arc<Turns>>,
}

impl CallClock {
    /// The clock of an idle instance; `turns` where its calls may wait.
    pub(super) fn new(turns: Option<Arc<Turns>>) -> Self {
        let allowance = Allowance { limit: Limit::CpuMs, cpu: Duration::ZERO, wall: Duration::ZERO };
        Self::of(allowance, Duration::ZERO, turns)
    }

    fn of(allowance: Allowance, most_cpu: Duration, turns: Option<Arc<Turns>>) -> Self {
        let spent = (Duration::ZERO, Duration::ZERO);
        Self { allowance, most_cpu, last: None, spent, of_host: Duration::ZERO, turns }
    }

    /// Begins the next call. A cold one has slack; what a start may use is meant for a cold one.
    pub(super) fn begin(&mut self, allowance: Allowance, is_cold: bool) {
        let has_slack = is_cold && allowance.limit == Limit::CpuMs;
        let most_cpu = if has_slack { allowance.cpu * COLD_SLACK } else { allowance.cpu };
        *self = Self::of(allowance, most_cpu, self.turns.take());
    }

    /// Whether a limit is passed. The first look only notes the time.
    pub(super) fn look(&mut self) -> Option<Exceeded> {
        let (cpu, wall) = (self.cpu().saturating_sub(self.of_host), Instant::now());
        let (last_cpu, last_wall) = self.last.replace((cpu, wall)).unwrap_or((cpu, wall));
        self.spent.0 += share(cpu.saturating_sub(last_cpu), self.most_cpu);
        self.spent.1 += share(wall.saturating_duration_since(last_wall).min(WALL_STEP), self.allowance.wall);
        if self.spent.0 > self.most_cpu {
            Some(Exceeded::new(self.allowance.limit, self.allowance.cpu.as_millis()))
        } else if self.spent.1 > self.allowance.wall {
            Some(self.wall_exceeded())
        } else {
            None
        }
    }

    /// The wall limit of this call, passed.
    pub(super) fn wall_exceeded(&self) -> Exceeded {
        Exceeded::new(Limit::WallMs, self.allowance.wall.as_millis())
    }

    /// Leaves the host's own heavy work out of the guest's account.
    pub(super) fn spent_by_host(&mut self, spent: Duration) {
        self.of_host += spent;
    }

    /// CPU time of this call's turns, or, where a call never leaves its thread, of the thread.
    fn cpu(&self) -> Duration {
        match &self.turns {
            Some(turns) => turns.spent(),
            None => thread_cpu_time(),
        }
    }
}

/// What one step counts: at most its share of the allowance, and a nanosecond, for `LOOKS` whole shares to pass it.
fn share(step: Duration, allowance: Duration) -> Duration {
    step.min(allowance / LOOKS + Duration::from_nanos(1))
}

/// The CPU time of a call that waits: while it does, its thread works for others, and it may go on in another thread.
#[derive(Debug, Default)]
pub(super) struct Turns {
    /// nanoseconds of the turns that have ended
    ended: AtomicU64,
    /// the thread's CPU clock when the present turn began, in nanoseconds
    began: AtomicU64,
}

impl Turns {
    /// A turn of the call begins on this thread.
    fn begin(&self) {
        self.began.store(nanoseconds(thread_cpu_time()), Ordering::Relaxed);
    }

    /// It waits, or it is over.
    fn end(&self) {
        self.ended.store(nanoseconds(self.spent()), Ordering::Relaxed);
    }

    /// CPU time of the turns that have ended.
    pub(super) fn ended(&self) -> Duration {
        Duration::from_nanos(self.ended.load(Ordering::Relaxed))
    }

    /// CPU time of all turns; to be asked within one.
    fn spent(&self) -> Duration {
        let turn = nanoseconds(thread_cpu_time()).saturating_sub(self.began.load(Ordering::Relaxed));
        Duration::from_nanos(self.ended.load(Ordering::Relaxed) + turn)
    }
}

/// A future whose polls are turns of a call.
pub(super) struct InTurns<F> {
    future: Pin<Box<F>>,
    turns: Arc<Turns>,
}

impl Turns {
    /// Counts every poll of a future as a turn.
    pub(super) fn of<F: Future>(self: &Arc<Self>, future: F) -> InTurns<F> {
        InTurns { future: Box::pin(future), turns: Arc::clone(self) }
    }
}

impl<F: Future> Future for InTurns<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        self.turns.begin();
        let polled = self.future.as_mut().poll(context);
        self.turns.end();
        polled
    }
}

/// The CPU time this thread has used. A system call.
pub(super) fn thread_cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn burn(time: Duration) {
        let end = thread_cpu_time() + time;
        while thread_cpu_time() < end {}
    }

    /// Begins a call whose time on the wall has no end here, and looks at it a first time.
    fn begin(clock: &mut CallClock, limit: Limit, cpu: Duration, is_cold: bool) {
        clock.begin(Allowance { limit, cpu, wall: Duration::from_secs(3600) }, is_cold);
        assert_eq!(clock.look(), None, "the first look only notes the time");
    }

    #[test]
    fn time_between_two_turns_belongs_to_others() {
        let turns = Arc::new(Turns::default());
        let mut clock = CallClock::new(Some(Arc::clone(&turns)));
        let cpu = Duration::from_millis(5);
        clock.begin(Allowance { limit: Limit::CpuMs, cpu, wall: Duration::from_secs(3600) }, false);
        turns.begin();
        assert_eq!(clock.look(), None);
        turns.end();
        burn(2 * cpu);
        turns.begin();
        assert_eq!(clock.look(), None, "what others did in between");
        ends_at_the_last_look(&mut clock, cpu, Exceeded::new(Limit::CpuMs, 5_u64));
    }

    /// Burns more than the whole allowance before each look: the last one ends the call, and none before it.
    fn ends_at_the_last_look(clock: &mut CallClock, cpu: Duration, exceeded: Exceeded) {
        for look in 1..LOOKS {
            burn(2 * cpu);
            assert_eq!(clock.look(), None, "look {look}");
        }
        burn(2 * cpu);
        assert_eq!(clock.look(), Some(exceeded));
    }

    #[test]
    fn one_jump_of_the_clock_ends_no_call_and_steady_work_does() {
        let mut clock = CallClock::new(None);
        let cpu = Duration::from_millis(5);
        begin(&mut clock, Limit::StartCpuMs, cpu, false);
        ends_at_the_last_look(&mut clock, cpu, Exceeded::new(Limit::StartCpuMs, 5_u64));
        clock.begin(Allowance { limit: Limit::CpuMs, cpu: Duration::from_secs(3600), wall: cpu }, false);
        assert_eq!(clock.look(), None);
        ends_at_the_last_look(&mut clock, cpu, Exceeded::new(Limit::WallMs, 5_u64));
    }

    #[test]
    fn a_cold_call_has_slack_and_an_end() {
        let mut clock = CallClock::new(None);
        let cpu = Duration::from_millis(2);
        begin(&mut clock, Limit::CpuMs, cpu, true);
        let began = thread_cpu_time();
        let ended = std::iter::repeat_with(|| {
            burn(cpu);
            clock.look()
        });
        assert_eq!(ended.flatten().next(), Some(Exceeded::new(Limit::CpuMs, 2_u64)), "what is configured");
        assert!(thread_cpu_time() - began > cpu * COLD_SLACK);
        // A start has none.
        begin(&mut clock, Limit::StartCpuMs, cpu, true);
        ends_at_the_last_look(&mut clock, cpu, Exceeded::new(Limit::StartCpuMs, 2_u64));
    }

    #[test]
    fn a_long_wait_for_the_thread_is_one_short_step_on_the_wall() {
        let mut clock = CallClock::new(None);
        let cpu = Duration::from_secs(3600);
        clock.begin(Allowance { limit: Limit::CpuMs, cpu, wall: 10 * WALL_STEP }, false);
        assert_eq!(clock.look(), None);
        for step in 1..=10 {
            // Waited for five times as long as the whole call may take.
            clock.last = clock.last.map(|(cpu, wall)| (cpu, wall - 50 * WALL_STEP));
            assert_eq!(clock.look(), None, "step {step}");
        }
        clock.last = clock.last.map(|(cpu, wall)| (cpu, wall - WALL_STEP));
        assert_eq!(clock.look(), Some(Exceeded::new(Limit::WallMs, 200_u64)));
    }

    #[test]
    fn the_hosts_own_work_is_not_the_guests() {
        let mut clock = CallClock::new(None);
        let cpu = Duration::from_millis(5);
        begin(&mut clock, Limit::CpuMs, cpu, false);
        for _ in 0..=LOOKS {
            let began = thread_cpu_time();
            burn(2 * cpu);
            clock.spent_by_host(thread_cpu_time() - began);
            assert_eq!(clock.look(), None);
        }
    }
}
