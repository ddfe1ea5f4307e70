//! The WebAssembly engine of all policies, and its threads: one ticks the epoch, two make instances.
//!
//! Never compiles in the way of a request: workers only instantiate what was compiled before.

use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use wasmtime::{Config, Engine, EngineWeak};

use super::allocation::Engines;
use super::refill::{Refill, RefillThreads};

/// One epoch tick: how often a running guest can be looked at.
pub const TICK: Duration = Duration::from_millis(1);
/// The most stack a guest may use, in bytes.
pub const GUEST_STACK: usize = 512 * 1024;

/// The engines; their ticker and the threads that refill instances end with them.
pub struct PolicyEngine {
    engines: Engines,
    stop: Option<SyncSender<()>>,
    ticker: Option<JoinHandle<()>>,
    refill: RefillThreads,
}

impl PolicyEngine {
    /// Makes the engines and starts their ticker.
    pub fn start() -> wasmtime::Result<Self> {
        let engines = Engines::new(&settings())?;
        let (stop, stopped) = sync_channel(1);
        let weak: Vec<EngineWeak> = engines.all().map(Engine::weak).collect();
        let ticker = std::thread::Builder::new().name("witgate-epoch".into()).spawn(move || {
            while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(TICK) {
                weak.iter().filter_map(EngineWeak::upgrade).for_each(|engine| engine.increment_epoch());
            }
        })?;
        Ok(Self { engines, stop: Some(stop), ticker: Some(ticker), refill: RefillThreads::start()? })
    }

    /// The engines themselves.
    pub(super) fn engines(&self) -> &Engines {
        &self.engines
    }

    /// Where instances are ordered, and sent to end.
    pub(super) fn refill(&self) -> &Refill {
        self.refill.refill()
    }
}

impl Drop for PolicyEngine {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(ticker) = self.ticker.take() {
            let _ = ticker.join();
        }
    }
}

/// What all engines of policies share: code that one compiled, another can run.
pub(super) fn settings() -> Config {
    let mut config = Config::new();
    config.wasm_component_model(true);
    // Sync guests only: without concurrency support a call is half a microsecond cheaper.
    config.concurrency_support(false);
    config.epoch_interruption(true);
    config.max_wasm_stack(GUEST_STACK);
    config
}
