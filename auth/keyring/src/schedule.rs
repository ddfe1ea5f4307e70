//! When fetches for one issuer start: one at a time, and not too soon after the last one.
//!
//! Never runs a fetch itself, and its lock is never held across a wait.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

/// When the last fetch started, whether it still runs, and until when its result counts as fresh.
#[derive(Default)]
pub(crate) struct Schedule {
    times: Mutex<Times>,
}

#[derive(Default)]
struct Times {
    /// Closed when the fetch has ended, however it ended.
    flight: Option<watch::Receiver<()>>,
    started: Option<Instant>,
    fresh_for: Duration,
}

impl Times {
    fn running(&self) -> Option<watch::Receiver<()>> {
        self.flight.clone().filter(|flight| flight.has_changed().is_ok())
    }

    fn join_or_begin(&mut self) -> Ask {
        if let Some(running) = self.running() {
            return Ask::Join(running);
        }
        let (done, flight) = watch::channel(());
        self.started = Some(Instant::now());
        self.flight = Some(flight.clone());
        Ask::Begin(done, flight)
    }
}

/// What a caller who wants a fetch is told.
pub(crate) enum Ask {
    /// One is under way; the channel closes when it ends.
    Join(watch::Receiver<()>),
    /// The caller must run one, and drop the sender when it has ended.
    Begin(watch::Sender<()>, watch::Receiver<()>),
}

impl Schedule {
    /// Asks for a fetch; nothing while the last start is not this long ago.
    pub fn ask(&self, cooldown: Duration) -> Option<Ask> {
        let mut times = self.times();
        let too_soon = times.started.is_some_and(|started| started.elapsed() < cooldown);
        if too_soon && times.running().is_none() { None } else { Some(times.join_or_begin()) }
    }

    /// Asks for a fetch, however soon after the last one.
    pub fn ask_now(&self) -> Ask {
        self.times().join_or_begin()
    }

    /// Whether a new fetch could begin: none is under way, and the last start is so long ago.
    pub fn may_begin(&self, cooldown: Duration) -> bool {
        let times = self.times();
        times.started.is_none_or(|started| started.elapsed() >= cooldown) && times.running().is_none()
    }

    /// Whether a fetch is under way that started so long ago.
    pub fn is_overdue(&self, deadline: Duration) -> bool {
        let times = self.times();
        times.started.is_some_and(|started| started.elapsed() >= deadline) && times.running().is_some()
    }

    /// Notes how long what a fetch brought counts as fresh.
    pub fn fresh_for(&self, time: Duration) {
        self.times().fresh_for = time;
    }

    /// How long until the next fetch is due: four fifths of the freshness after the last start, and at least the cooldown.
    pub fn until_due(&self, cooldown: Duration) -> Duration {
        let times = self.times();
        let due = (times.fresh_for * 4 / 5).max(cooldown);
        let since = times.started.map_or(due, |started| started.elapsed());
        due.saturating_sub(since)
    }

    /// A panic while it is held leaves nothing half done: each field stands alone.
    fn times(&self) -> MutexGuard<'_, Times> {
        self.times.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
