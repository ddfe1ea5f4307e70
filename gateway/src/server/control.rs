//! The control runtime, and what builds generations on it.
//!
//! Never a thread that serves requests.

use std::io;
use std::sync::Arc;

use tokio::runtime::{Handle, Runtime};

use super::ServerError;
use crate::generation::Builder;
use crate::observe::metrics::Metrics;
use crate::policy::loading::Compiling;

/// Threads of the control runtime: key fetches, the admin listener, the watcher.
const CONTROL_THREADS: usize = 1;

pub(super) fn runtime() -> io::Result<Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(CONTROL_THREADS)
        .thread_name("witgate-control")
        .enable_all()
        .build()
}

pub(super) fn builder(runtime: &Handle, metrics: &Arc<Metrics>) -> Result<Builder, ServerError> {
    let compiling = Compiling::child(runtime.clone());
    Builder::new(runtime.clone(), Arc::clone(metrics), compiling)
        .map_err(|error| ServerError::Engine(format!("{error:#}")))
}
