//! The whole process: first generation, sockets, workers, watcher, admin listener, and an orderly end or succession.
//!
//! Never announces an address before it answers there.

use std::io::{self, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

use thiserror::Error;
use tokio::net::UnixListener;
use tokio::runtime::{Handle, Runtime};
use tokio::sync::watch;
use witgate_wire::StopSignals;

use crate::admin::{self, Admin};
use crate::config::{Config, Faults, RecordTo};
use crate::explain::report::Report;
use crate::explain::traces::Traces;
use crate::generation::{Builder, Generation};
use crate::listener::{bind, worker};
use crate::observe::metrics::Metrics;
use crate::offline::{self, Question};
use crate::overview::way;
use crate::pipeline::Worker;
use crate::policy::loading::Compiling;
use crate::reload::orders::ReloadThread;
use crate::reload::reloader::Reloader;
use crate::reload::{snapshot, watch as files};
use crate::takeover::message::Before;
use crate::takeover::offer::{self, Offer, Place};
use crate::takeover::take::{self, Taken};
use crate::takeover::{Bound, Handed};
use crate::upstream::send::Way;

/// Threads of the control runtime: key fetches, the admin listener, the watcher.
const CONTROL_THREADS: usize = 1;

/// The admin address has no workers to share it.
const ADMIN_SOCKETS: usize = 1;

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
    /// `--take-over` without a place to ask at
    #[error("`--take-over` needs `takeover-socket` in [gateway] of gateway.toml, the same as of the process that runs")]
    NoTakeoverSocket,
    /// the Unix socket, or the process behind it
    #[error("cannot take over, or be taken over, at {}: {source}", path.display())]
    Takeover {
        /// from gateway.toml
        path: PathBuf,
        /// the system's word
        source: io::Error,
    },
    /// threads, runtimes, signals
    #[error("cannot start: {0}")]
    System(#[from] io::Error),
}

/// Checks a gateway.toml as `run` would load it: components are compiled, instantiated and configured, nothing serves.
///
/// # Errors
/// Every fault, or the engine's.
pub fn check(path: &Path) -> Result<(), ServerError> {
    dry(path, |_, _| ())
}

/// What a request goes through on a route of a gateway.toml, loaded as for [`check`]; nothing where it has no such route.
///
/// # Errors
/// Every fault, or the engine's.
pub fn explain_route(path: &Path, route: &str) -> Result<Option<String>, ServerError> {
    dry(path, |generation, _| way::told(generation, route))
}

/// Explains one made-up request against a gateway.toml, loaded as for [`check`].
///
/// # Errors
/// Every fault, or the engine's.
pub fn explain(path: &Path, question: Question) -> Result<Report, ServerError> {
    dry(path, |generation, runtime| runtime.block_on(offline::explain(generation, question)))
}

/// Does something with a generation that never serves.
fn dry<T>(path: &Path, then: impl FnOnce(&Generation, &Runtime) -> T) -> Result<T, ServerError> {
    let runtime = control_runtime()?;
    let builder = builder(runtime.handle(), &Arc::new(Metrics::default()))?;
    let snapshot = snapshot::take(path);
    let generation = builder.build(0, snapshot.draft?, &snapshot.material, None)?;
    Ok(then(&generation, &runtime))
}

/// Serves until SIGTERM or SIGINT, or until a new process serves in its place; then drains. With `take_over`, the sockets
/// are those of the process that runs, if one does. `record_to`
/// records sampled requests, also where gateway.toml does not say so.
///
/// # Errors
/// When the first generation or an address cannot be had.
pub fn run(path: PathBuf, take_over: bool, record_to: Option<RecordTo>) -> Result<(), ServerError> {
    let runtime = control_runtime()?;
    let entered = runtime.enter();
    // From now on a hang-up is a reload, and does not end a process that still loads.
    let hangups = files::hangups()?;
    let metrics = Arc::new(Metrics::default());
    let builder = builder(runtime.handle(), &metrics)?.recording_to(record_to);
    let reloader = Arc::new(Reloader::start(path, builder, Arc::clone(&metrics))?);
    let config = reloader.current.load().config.clone();
    let (stop, stopped) = watch::channel(false);
    // Before anything is announced: whoever reads the address may ask to stop at once.
    let signals = StopSignals::new()?;
    let succession = Succession::begin(&config, take_over)?;
    let mut sockets = Sockets::bind(&config, succession.handed())?;
    sockets.announce()?;
    let traces = Arc::new(Traces::default());
    let offer = sockets.offered(&config)?;
    let workers = sockets.start(&reloader, &metrics, &traces, &stopped, config.threads)?;
    let (stop_admin, admin_stopped) = watch::channel(false);
    let reloads = ReloadThread::start(Arc::clone(&reloader))?;
    let orders = reloads.orders().clone();
    if let Some(bound) = sockets.0.admin {
        let reloader = Arc::clone(&reloader);
        let admin = Admin { reloader, orders: orders.clone(), metrics, traces, draining: stopped.clone() };
        bound.sockets.into_iter().for_each(|listener| {
            runtime.spawn(admin::serve(listener, admin.clone(), admin_stopped.clone()));
        });
    }
    runtime.spawn(files::run(orders, hangups, stopped));
    let mut taken = succession.offer(&runtime, &offer);
    let is_taken = match &mut taken {
        Ok(taken) => runtime.block_on(async {
            tokio::select! { () = signals.wait() => false, Ok(_) = taken.wait_for(|taken| *taken) => true }
        }),
        // The process before this one serves on, so this one ends what it took meanwhile, and goes.
        Err(error) => {
            tracing::error!(%error, "this process does not take over");
            true
        }
    };
    // Before the workers close theirs: a copy would keep the kernel queueing connections that nobody accepts.
    offer.withdraw();
    if is_taken {
        let _ = stop_admin.send(true);
    }
    let _ = stop.send(true);
    tracing::info!(is_taken, "draining");
    for worker in workers {
        let _ = worker.join();
    }
    reloader.stop_recording();
    let _ = stop_admin.send(true);
    // Before the runtime, on which an attempt waits for its compilers.
    drop(reloads);
    // Whatever still blocks there, such as half a takeover, ends with the process.
    drop(entered);
    runtime.shutdown_background();
    taken.map(drop)
}

fn control_runtime() -> io::Result<Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(CONTROL_THREADS)
        .thread_name("witgate-control")
        .enable_all()
        .build()
}

fn builder(runtime: &Handle, metrics: &Arc<Metrics>) -> Result<Builder, ServerError> {
    let compiling = Compiling::child(runtime.clone());
    Builder::new(runtime.clone(), Arc::clone(metrics), compiling)
        .map_err(|error| ServerError::Engine(format!("{error:#}")))
}

/// Who came before this process, and who may come after it.
struct Succession {
    before: Option<Taken>,
    place: Option<Place>,
}

impl Succession {
    /// Asks the process that runs for its sockets, where that is wanted, and prepares the place where the next one asks.
    fn begin(config: &Config, take_over: bool) -> Result<Self, ServerError> {
        let Some(path) = &config.takeover_socket else {
            return if take_over { Err(ServerError::NoTakeoverSocket) } else { Ok(Self { before: None, place: None }) };
        };
        let failed = |source| ServerError::Takeover { path: path.clone(), source };
        let before = if take_over { take::from(path).map_err(failed)? } else { None };
        Ok(Self { before, place: Some(Place::bind(path).map_err(failed)?) })
    }

    fn handed(&self) -> Option<&Handed> {
        self.before.as_ref().map(|taken| &taken.handed)
    }

    /// This process serves: the one before may go, and the next one may ask. What is given back turns true when it serves.
    fn offer(self, runtime: &Runtime, offer: &Offer) -> Result<watch::Receiver<bool>, ServerError> {
        if self.before.as_ref().map(Taken::serving).transpose()? == Some(Before::Gone) {
            tracing::warn!("the process before this one is gone already");
        }
        let (taken, told) = watch::channel(false);
        match self.place.and_then(occupied) {
            Some(listener) => drop(runtime.spawn(offer::run(listener, offer.clone(), taken))),
            // Nobody will ever say so; a closed channel would look like an end.
            None => drop(runtime.spawn(async move { taken.closed().await })),
        }
        Ok(told)
    }
}

/// Not before the one before drains: should that one serve on, the path must still lead to it. By then nobody else
/// serves, so a place that cannot be had must not end this process.
fn occupied(place: Place) -> Option<UnixListener> {
    let lost = |error: &io::Error| tracing::error!(%error, "no process can take over from this one, which serves on");
    place.occupy().inspect_err(lost).ok()
}

/// Everything that is bound before anything is announced.
struct Sockets(Handed);

impl Sockets {
    /// What was handed over serves on; what else gateway.toml names is bound.
    fn bind(config: &Config, handed: Option<&Handed>) -> Result<Self, ServerError> {
        let before = handed.map(Handed::again).transpose()?.unwrap_or_default();
        let mut theirs = before.listeners;
        let mut bound = |address: &SocketAddr| {
            let place = theirs.iter().position(|bound| bound.address == *address);
            let held = place.map(|place| theirs.swap_remove(place));
            bind_one("listener", *address, held, config.threads)
        };
        let listeners = config.listeners.iter().map(&mut bound).collect::<Result<_, _>>()?;
        let admin = config.admin.map(|address| {
            let held = before.admin.filter(|bound| bound.address == address);
            bind_one("admin", address, held, ADMIN_SOCKETS)
        });
        Ok(Self(Handed { listeners, admin: admin.transpose()? }))
    }

    /// Copies for the process that comes after this one, where it can ask for them.
    fn offered(&self, config: &Config) -> io::Result<Offer> {
        Ok(if config.takeover_socket.is_some() { Offer::of(self.0.again()?) } else { Offer::default() })
    }

    /// The kernel queues connections from here on, so clients may come.
    fn announce(&self) -> io::Result<()> {
        let mut out = io::stdout().lock();
        for listener in self.0.listeners.iter().filter_map(|bound| bound.sockets.first()) {
            writeln!(out, "listening on http://{}", listener.local_addr()?)?;
        }
        if let Some(admin) = self.0.admin.iter().find_map(|bound| bound.sockets.first()) {
            writeln!(out, "admin on http://{}", admin.local_addr()?)?;
        }
        out.flush()
    }

    /// Starts the workers; each takes its share of every address.
    fn start(
        &mut self,
        reloader: &Reloader,
        metrics: &Arc<Metrics>,
        traces: &Arc<Traces>,
        stop: &watch::Receiver<bool>,
        workers: usize,
    ) -> io::Result<Vec<JoinHandle<()>>> {
        let mut shares: Vec<Vec<TcpListener>> = (0..workers).map(|_| Vec::new()).collect();
        for bound in self.0.listeners.drain(..) {
            // A process that is taken over may have had more workers.
            bound.sockets.into_iter().enumerate().for_each(|(index, socket)| shares[index % workers].push(socket));
        }
        let started = shares.into_iter().enumerate().map(|(index, share)| {
            let worker = Worker {
                index,
                generations: Arc::clone(&reloader.current),
                way: Way::default(),
                metrics: Arc::clone(metrics),
                traces: Arc::clone(traces),
            };
            worker::start(worker, share, stop.clone())
        });
        started.collect()
    }
}

fn bind_one(role: &'static str, address: SocketAddr, held: Option<Bound>, count: usize) -> Result<Bound, ServerError> {
    let bound = match held {
        Some(held) => bind::complete(held.sockets, count),
        None => bind::bind(address, count),
    };
    let sockets = bound.map_err(|source| ServerError::Bind { role, address, source })?;
    Ok(Bound { address, sockets })
}

#[cfg(test)]
mod tests;
