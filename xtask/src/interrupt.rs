//! Ctrl-C and SIGTERM as an event one can wait for. Never a flag that is polled in a busy loop, and never a sleep.

use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};

use crate::failure::{Doing, Failure};

/// How many signals may wait; further ones say nothing new.
const PENDING_SIGNALS: usize = 4;

/// Receives the signals that ask this program to stop.
pub struct Interrupt {
    signals: Receiver<()>,
}

impl Interrupt {
    /// From now on, SIGINT, SIGTERM and SIGHUP no longer end the program: they are told here.
    pub fn listen() -> Result<Interrupt, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().doing("listen for signals")?;
        let guard = runtime.enter();
        let mut interrupt = signal(SignalKind::interrupt()).doing("listen for SIGINT")?;
        let mut terminate = signal(SignalKind::terminate()).doing("listen for SIGTERM")?;
        let mut hangup = signal(SignalKind::hangup()).doing("listen for SIGHUP")?;
        drop(guard);
        let (sender, signals) = sync_channel(PENDING_SIGNALS);
        thread::spawn(move || {
            runtime.block_on(async move {
                loop {
                    tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {}, _ = hangup.recv() => {} }
                    let _full_is_fine = sender.try_send(());
                }
            });
        });
        Ok(Interrupt { signals })
    }

    /// Waits up to `span`; true when a signal came.
    pub fn came_within(&self, span: Duration) -> bool {
        !matches!(self.signals.recv_timeout(span), Err(RecvTimeoutError::Timeout))
    }
}
