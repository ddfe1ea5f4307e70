//! The WebAssembly engine of all policies, and its threads: one ticks the epoch while guests run, two make instances.
//!
//! Never compiles in the way of a request: workers only instantiate what was compiled before.

use wasmtime::{Config, Engine};

use super::allocation::Engines;
use super::refill::{Refill, RefillThreads};
use super::ticker::Ticker;

/// The most stack a guest may use, in bytes.
pub const GUEST_STACK: usize = 512 * 1024;

/// The engines; their ticker and the threads that refill instances end with them.
pub struct PolicyEngine {
    engines: Engines,
    _ticker: Ticker,
    refill: RefillThreads,
}

impl PolicyEngine {
    /// Makes the engines and starts their ticker.
    pub fn start() -> wasmtime::Result<Self> {
        let engines = Engines::new(&settings())?;
        let ticker = Ticker::start(engines.pulse(), engines.all().map(Engine::weak).collect())?;
        Ok(Self { engines, _ticker: ticker, refill: RefillThreads::start()? })
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
