//! A policy host for the command line: it compiles as the gateway does, keeps compiled code in the user's cache, and
//! serves nobody.
//!
//! Never opens a listener, and never asks anything outside.

use std::io;

use thiserror::Error;
use tokio::runtime::{Handle, Runtime};

use super::Piece;
use crate::config::{self, CompileLimits, Loading};
use crate::policy::component::Compiler;
use crate::policy::grants::Resources;
use crate::policy::loading::Compiling;

/// Threads that wait for the processes that compile.
const THREADS: usize = 1;
/// The prefix of the headers that no policy may set, where no gateway.toml says it.
const IDENTITY_PREFIX: &str = "x-identity-";

/// Why there is no host.
#[derive(Debug, Error)]
pub enum HostError {
    /// no thread or runtime is left
    #[error("cannot start: {0}")]
    System(#[from] io::Error),
    /// the WebAssembly engine
    #[error("the WebAssembly engine cannot start on this machine: {0}")]
    Engine(String),
}

/// See the module. A component must first be compiled outside of any runtime: [`super::Stage::new`] may block.
pub struct Host {
    /// where components are compiled
    pub compiler: Compiler,
    /// what grants are made of
    pub resources: Resources,
    runtime: Runtime,
}

impl Host {
    /// Starts engine and runtime. A cache that cannot be trusted is not used: everything is compiled then.
    ///
    /// # Errors
    /// When this machine has no room for them.
    pub fn start() -> Result<Self, HostError> {
        Self::compiling(Compiling::child)
    }

    /// As [`Host::start`], where components are compiled as said.
    ///
    /// # Errors
    /// As [`Host::start`].
    pub fn compiling(how: impl FnOnce(Handle) -> Compiling) -> Result<Self, HostError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name("witgate-stage")
            .enable_all()
            .build()?;
        let told = |error: wasmtime::Error| HostError::Engine(format!("{error:#}"));
        let compiler = Compiler::start(how(runtime.handle().clone())).map_err(told)?;
        if let Err(fault) = compiler.prepare(&Loading { cache: None, compile: CompileLimits::default() }) {
            tracing::debug!(%fault, "no cache for compiled code");
        }
        Ok(Self { compiler, resources: Resources::new(runtime.handle().clone()), runtime })
    }

    /// What a stage of this host is made of.
    pub fn piece<'a>(&'a self, entry: &'a config::Plugin, bytes: &'a [u8]) -> Piece<'a> {
        let Self { compiler, resources, .. } = self;
        Piece { compiler, resources, entry, bytes, identity_prefix: IDENTITY_PREFIX }
    }

    /// Waits for something that a stage does.
    pub fn wait<F: Future>(&self, future: F) -> F::Output {
        self.runtime.block_on(future)
    }
}
