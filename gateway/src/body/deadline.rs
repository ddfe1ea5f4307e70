//! A deadline on silence: it runs only while a body has nothing to give, or a client takes nothing.
//!
//! Never limits the whole duration: a slow but living transfer may go on.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep};

/// A timer that is made on the first wait and reused after it.
pub struct SilenceDeadline {
    limit: Duration,
    timer: Option<Pin<Box<Sleep>>>,
    running: bool,
}

impl SilenceDeadline {
    /// Allows this much silence.
    pub fn new(limit: Duration) -> Self {
        Self { limit, timer: None, running: false }
    }

    /// Something moved.
    pub fn stop(&mut self) {
        self.running = false;
    }

    /// Nothing moved; ready when that has gone on for too long.
    pub fn poll_silence(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let limit = self.limit;
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep(limit)));
        if !self.running {
            timer.as_mut().reset(Instant::now() + limit);
            self.running = true;
        }
        timer.as_mut().poll(context)
    }
}
