//! The timers of a worker's requests, kept from one request to the next: each request has deadlines, and hardly one is met.
//!
//! Never shared between workers: a timer belongs to the runtime that made it.

use std::future::poll_fn;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};

use tokio::time::Instant;
use witgate_wire::Alarm;

/// Timers kept ready by a worker; as many as it has requests under way at once in a busy hour.
const KEPT: usize = 1024;

/// The timers that no request has at the moment.
#[derive(Default)]
pub struct Alarms(Mutex<Vec<Alarm>>);

/// A timer for the length of a wait.
pub struct Taken<'a> {
    alarms: &'a Alarms,
    alarm: Alarm,
}

impl Alarms {
    /// A timer, which goes back when it is dropped.
    pub fn take(&self) -> Taken<'_> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        Taken { alarms: self, alarm: kept.unwrap_or_default() }
    }
}

impl Taken<'_> {
    /// Ready from `due` on.
    pub fn poll_at(&mut self, due: Instant, context: &mut Context<'_>) -> Poll<()> {
        self.alarm.poll_at(due, context)
    }

    /// What the future comes to, or nothing where it has come to nothing by `due`.
    pub async fn until<F: Future + Unpin>(mut self, due: Instant, mut future: F) -> Option<F::Output> {
        poll_fn(|context| match std::pin::Pin::new(&mut future).poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending => self.poll_at(due, context).map(|()| None),
        })
        .await
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        let mut kept = self.alarms.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < KEPT {
            kept.push(std::mem::take(&mut self.alarm));
        }
    }
}
