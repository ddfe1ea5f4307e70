//! A gate in front of work that is dear: so many at work, so many waiting, and the rest refused at once.
//! Never lets a queue grow without bound, and never lets a caller wait longer than its deadline.

use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The gate is full, or the wait took too long. The caller may try again later.
#[derive(Debug, Error, Clone, Copy, PartialEq, Eq)]
#[error("too much of this work is already waiting")]
pub struct Busy;

/// Admits a fixed number of workers and keeps a fixed number of waiters. Clones share the same gate.
#[derive(Clone, Debug)]
pub struct Gate {
    working: Arc<Semaphore>,
    inside: Arc<Semaphore>,
    patience: Duration,
}

/// The right to work. Move it into the task that works: the place is free again when it is dropped.
#[derive(Debug)]
pub struct Admission {
    _working: OwnedSemaphorePermit,
    _inside: OwnedSemaphorePermit,
}

impl Gate {
    /// `workers` at once, `waiters` behind them, each waiting at most `patience`.
    pub fn new(workers: usize, waiters: usize, patience: Duration) -> Gate {
        let workers = workers.max(1);
        Gate {
            working: Arc::new(Semaphore::new(workers)),
            inside: Arc::new(Semaphore::new(workers.saturating_add(waiters))),
            patience,
        }
    }

    /// Waits for a place to work. [`Busy`] at once when the waiting room is full.
    pub async fn enter(&self) -> Result<Admission, Busy> {
        let inside = Arc::clone(&self.inside).try_acquire_owned().map_err(|_| Busy)?;
        let working = Arc::clone(&self.working).acquire_owned();
        match tokio::time::timeout(self.patience, working).await {
            Ok(Ok(working)) => Ok(Admission { _working: working, _inside: inside }),
            _ => Err(Busy),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn a_full_waiting_room_refuses_at_once() {
        let gate = Gate::new(1, 1, LONG);
        let working = gate.enter().await.expect("the first works");
        let waiting = tokio::spawn({
            let gate = gate.clone();
            async move { gate.enter().await }
        });
        while gate.inside.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(gate.enter().await.err(), Some(Busy), "the third is refused");
        drop(working);
        waiting.await.expect("no panic").expect("the second works when the first has gone");
    }

    #[tokio::test]
    async fn waiting_has_an_end_and_gives_its_place_back() {
        let gate = Gate::new(1, 1, Duration::from_millis(5));
        let working = gate.enter().await.expect("the first works");
        assert_eq!(gate.enter().await.err(), Some(Busy));
        drop(working);
        gate.enter().await.expect("both places are free again");
    }
}
