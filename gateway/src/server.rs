//! The whole process: first generation, sockets, workers, watcher, admin listener, and an orderly end.
//!
//! Never announces an address before it answers there.

use std::io::{self, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

use thiserror::Error;
use tokio::runtime::{Handle, Runtime};
use tokio::sync::watch;
use witgate_wire::StopSignals;

use crate::admin::{self, Admin};
use crate::config::{Config, Faults};
use crate::explain::report::Report;
use crate::explain::traces::Traces;
use crate::generation::Builder;
use crate::listener::{bind, worker};
use crate::observe::metrics::Metrics;
use crate::offline::{self, Question};
use crate::pipeline::Worker;
use crate::reload::reloader::Reloader;
use crate::reload::{snapshot, watch as files};
use crate::upstream::pool::Pool;

/// Threads of the control runtime: key fetches, the admin listener, the watcher.
const CONTROL_THREADS: usize = 1;

/// Why the process cannot start.
#[derive(Debug, Error)]
pub enum ServerError {
    /// gateway.toml, or something it names
    #[error("{0}")]
    Config(#[from] Faults),
    /// an address cannot be bound
    #[error("cannot listen on {address} ({role}): {source}; is another process using the port?")]
    Bind {
        /// what the address is for
        role: &'static str,
        /// from gateway.toml
        address: SocketAddr,
        /// the system's word
        source: io::Error,
    },
    /// the WebAssembly engine
    #[error("the WebAssembly engine cannot start: {0}")]
    Engine(String),
    /// threads, runtimes, signals
    #[error("cannot start: {0}")]
    System(#[from] io::Error),
}

/// Checks a gateway.toml as `run` would load it: components are compiled, instantiated and configured, nothing serves.
///
/// # Errors
/// Every fault, or the engine's.
pub fn check(path: &Path) -> Result<(), ServerError> {
    let runtime = control_runtime()?;
    let builder = builder(runtime.handle(), &Arc::new(Metrics::default()))?;
    let snapshot = snapshot::take(path);
    builder.build(0, snapshot.draft?, &snapshot.components, None)?;
    Ok(())
}

/// Explains one made-up request against a gateway.toml, loaded as for [`check`].
///
/// # Errors
/// Every fault, or the engine's.
pub fn explain(path: &Path, question: Question) -> Result<Report, ServerError> {
    let runtime = control_runtime()?;
    let builder = builder(runtime.handle(), &Arc::new(Metrics::default()))?;
    let snapshot = snapshot::take(path);
    let generation = builder.build(0, snapshot.draft?, &snapshot.components, None)?;
    Ok(runtime.block_on(offline::explain(&generation, question)))
}

/// Serves until SIGTERM or SIGINT, then drains.
///
/// # Errors
/// When the first generation or an address cannot be had.
pub fn run(path: PathBuf) -> Result<(), ServerError> {
    let runtime = control_runtime()?;
    let metrics = Arc::new(Metrics::default());
    let builder = builder(runtime.handle(), &metrics)?;
    let reloader = Arc::new(Reloader::start(path, builder, Arc::clone(&metrics))?);
    let config = reloader.current.load().config.clone();
    let (stop, stopped) = watch::channel(false);
    // Before anything is announced: whoever reads the address may ask to stop at once.
    let signals = {
        let _runtime = runtime.enter();
        StopSignals::new()?
    };
    let sockets = Sockets::bind(&config, runtime.handle())?;
    sockets.announce()?;
    let traces = Arc::new(Traces::default());
    let workers = sockets.listeners.start(&reloader, &metrics, &traces, &stopped, config.threads)?;
    let (stop_admin, admin_stopped) = watch::channel(false);
    if let Some(listener) = sockets.admin {
        let (reloader, metrics, traces) = (Arc::clone(&reloader), Arc::clone(&metrics), Arc::clone(&traces));
        let admin = Admin { reloader, metrics, traces, draining: stopped.clone() };
        runtime.spawn(admin::serve(listener, admin, admin_stopped));
    }
    runtime.spawn(files::run(Arc::clone(&reloader), stopped));
    runtime.block_on(signals.wait());
    let _ = stop.send(true);
    tracing::info!("draining");
    for worker in workers {
        let _ = worker.join();
    }
    let _ = stop_admin.send(true);
    Ok(())
}

fn control_runtime() -> io::Result<Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(CONTROL_THREADS)
        .thread_name("witgate-control")
        .enable_all()
        .build()
}

fn builder(runtime: &Handle, metrics: &Arc<Metrics>) -> Result<Builder, ServerError> {
    Builder::new(runtime.clone(), Arc::clone(metrics)).map_err(|error| ServerError::Engine(format!("{error:#}")))
}

/// Everything that is bound before anything is announced.
struct Sockets {
    listeners: Listeners,
    admin: Option<tokio::net::TcpListener>,
}

/// For each listening address, one socket for each worker.
struct Listeners(Vec<Vec<TcpListener>>);

impl Sockets {
    fn bind(config: &Config, runtime: &Handle) -> Result<Self, ServerError> {
        let bound = |address: &SocketAddr| {
            let failed = |source| ServerError::Bind { role: "listener", address: *address, source };
            bind::bind(*address, config.threads).map_err(failed)
        };
        let listeners = config.listeners.iter().map(bound).collect::<Result<_, _>>()?;
        let admin = config.admin.map(|address| {
            let failed = |source| ServerError::Bind { role: "admin", address, source };
            runtime.block_on(admin::bind(address)).map_err(failed)
        });
        Ok(Self { listeners: Listeners(listeners), admin: admin.transpose()? })
    }

    /// The kernel queues connections from here on, so clients may come.
    fn announce(&self) -> io::Result<()> {
        let mut out = io::stdout().lock();
        for listener in self.listeners.0.iter().filter_map(|sockets| sockets.first()) {
            writeln!(out, "listening on http://{}", listener.local_addr()?)?;
        }
        if let Some(admin) = &self.admin {
            writeln!(out, "admin on http://{}", admin.local_addr()?)?;
        }
        out.flush()
    }
}

impl Listeners {
    fn start(
        self,
        reloader: &Reloader,
        metrics: &Arc<Metrics>,
        traces: &Arc<Traces>,
        stop: &watch::Receiver<bool>,
        workers: usize,
    ) -> io::Result<Vec<JoinHandle<()>>> {
        let mut shares: Vec<Vec<TcpListener>> = (0..workers).map(|_| Vec::new()).collect();
        for sockets in self.0 {
            for (share, socket) in shares.iter_mut().zip(sockets) {
                share.push(socket);
            }
        }
        let started = shares.into_iter().enumerate().map(|(index, share)| {
            let worker = Worker {
                index,
                generations: Arc::clone(&reloader.current),
                pool: Pool::default(),
                metrics: Arc::clone(metrics),
                traces: Arc::clone(traces),
            };
            worker::start(worker, share, stop.clone())
        });
        started.collect()
    }
}
