//! What tells a listener to stop: SIGTERM and ctrl-c.
//! Never misses one: it listens from before the address is announced.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// SIGTERM and ctrl-c. From now on they do not end the process by themselves.
#[derive(Debug)]
pub struct StopSignals {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignals {
    /// Begins to listen. Needs a tokio runtime.
    pub fn new() -> io::Result<StopSignals> {
        Ok(StopSignals { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// Returns at the first of them, also when it came before this call.
    pub async fn wait(mut self) {
        self.next().await;
    }

    /// Returns at the next one.
    pub async fn next(&mut self) {
        tokio::select! { _ = self.terminate.recv() => {}, _ = self.interrupt.recv() => {} }
    }
}
