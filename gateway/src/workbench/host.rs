//! The real policy host for one command of the workbench: engines, the compiler with its private cache, grants.
//!
//! Never reads a gateway.toml, and never leaves a thread behind: all of it ends with the value.

use std::io;

use thiserror::Error;
use tokio::runtime::{Handle, Runtime};

use crate::config::Loading;
use crate::policy::component::Compiler;
use crate::policy::grants::Resources;
use crate::policy::loading::{Compiling, FolderFault};

/// Threads for compilers that are waited for and for outbound calls.
const THREADS: usize = 2;

/// Why the host cannot start.
#[derive(Debug, Error)]
pub enum HostFault {
    /// no thread or no timer
    #[error("the runtime does not start: {0}")]
    Runtime(#[from] io::Error),
    /// no WebAssembly engine
    #[error("the WebAssembly engine does not start: {0}")]
    Engine(String),
    /// the folder for compiled code
    #[error(transparent)]
    Cache(#[from] FolderFault),
}

/// See the module.
pub struct Host {
    // The order in which they end: who may wait for the runtime goes first.
    compiler: Compiler,
    resources: Resources,
    runtime: Runtime,
}

impl Host {
    /// Starts it with the defaults of gateway.toml: limits of compiling, the user's folder for compiled code.
    ///
    /// # Errors
    /// When the machine refuses a thread, the engine, or when the folder for compiled code belongs to others.
    pub fn start() -> Result<Self, HostFault> {
        let builder = &mut tokio::runtime::Builder::new_multi_thread();
        let runtime = builder.worker_threads(THREADS).thread_name("witgate-workbench").enable_all().build()?;
        let compiling = Compiling::child(runtime.handle().clone());
        let compiler = Compiler::start(compiling).map_err(|error| HostFault::Engine(format!("{error:#}")))?;
        compiler.prepare(&Loading::default())?;
        let resources = Resources::new(runtime.handle().clone());
        Ok(Self { compiler, resources, runtime })
    }

    /// Where components are compiled.
    pub fn compiler(&self) -> &Compiler {
        &self.compiler
    }

    /// What grants are made of.
    pub fn resources(&self) -> &Resources {
        &self.resources
    }

    /// Where calls wait.
    pub fn runtime(&self) -> &Handle {
        self.runtime.handle()
    }
}
