//! How long a call has run: its thread's CPU time, and the time on the wall.
//!
//! Never reads a clock in the way of a call that ends within one tick: clocks are system calls.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

use super::limits::{Exceeded, Limit};

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
    /// CPU and wall when the call was first looked at
    first: Option<(Duration, Instant)>,
    /// what the host itself spent on this call's behalf
    of_host: Duration,
    /// for calls that may leave the thread while they wait
    turns: Option<Arc<Turns>>,
}

impl CallClock {
    /// The clock of an idle instance; `turns` where its calls may wait.
    pub(super) fn new(turns: Option<Arc<Turns>>) -> Self {
        let allowance = Allowance { limit: Limit::CpuMs, cpu: Duration::ZERO, wall: Duration::ZERO };
        Self { allowance, first: None, of_host: Duration::ZERO, turns }
    }

    /// Begins the next call.
    pub(super) fn begin(&mut self, allowance: Allowance) {
        *self = Self { allowance, first: None, of_host: Duration::ZERO, turns: self.turns.take() };
    }

    /// Whether a limit is passed. The first look only notes the time.
    pub(super) fn look(&mut self) -> Option<Exceeded> {
        let (cpu, wall) = (self.cpu().saturating_sub(self.of_host), Instant::now());
        let (first_cpu, first_wall) = *self.first.get_or_insert((cpu, wall));
        if cpu.saturating_sub(first_cpu) > self.allowance.cpu {
            Some(Exceeded::new(self.allowance.limit, self.allowance.cpu.as_millis()))
        } else if wall.saturating_duration_since(first_wall) > self.allowance.wall {
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

    #[test]
    fn time_between_two_turns_belongs_to_others() {
        let turns = Arc::new(Turns::default());
        let mut clock = CallClock::new(Some(Arc::clone(&turns)));
        let cpu = Duration::from_millis(5);
        clock.begin(Allowance { limit: Limit::CpuMs, cpu, wall: Duration::from_secs(3600) });
        turns.begin();
        assert_eq!(clock.look(), None);
        turns.end();
        burn(2 * cpu);
        turns.begin();
        assert_eq!(clock.look(), None, "what others did in between");
        burn(2 * cpu);
        assert_eq!(clock.look(), Some(Exceeded::new(Limit::CpuMs, 5_u64)));
    }

    #[test]
    fn the_hosts_own_work_is_not_the_guests() {
        let mut clock = CallClock::new(None);
        let cpu = Duration::from_millis(5);
        clock.begin(Allowance { limit: Limit::CpuMs, cpu, wall: Duration::from_secs(3600) });
        assert_eq!(clock.look(), None);
        let began = thread_cpu_time();
        burn(2 * cpu);
        clock.spent_by_host(thread_cpu_time() - began);
        assert_eq!(clock.look(), None);
    }
}
