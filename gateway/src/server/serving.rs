//! What serves: the workers, the admin listener, the thread that reloads, the watcher of files.
//!
//! Never outlives its owner: [`Serving::drain`] waits for every worker.

use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::runtime::Runtime;
use tokio::signal::unix::Signal;
use tokio::sync::watch;

use super::descriptors;
use super::sockets::Sockets;
use crate::admin::{self, Admin};
use crate::explain::traces::Traces;
use crate::listener::worker::Stops;
use crate::observe::metrics::Metrics;
use crate::reload::orders::ReloadThread;
use crate::reload::reloader::Reloader;
use crate::reload::watch as files;

/// Owner of all of them.
pub(super) struct Serving {
    reloader: Arc<Reloader>,
    workers: Vec<JoinHandle<()>>,
    reloads: ReloadThread,
    stop: watch::Sender<bool>,
    end: watch::Sender<bool>,
    stop_admin: watch::Sender<bool>,
}

impl Serving {
    /// Starts them on sockets that are bound.
    ///
    /// # Errors
    /// When the system has no thread left.
    pub(super) fn start(
        runtime: &Runtime,
        reloader: Arc<Reloader>,
        metrics: Arc<Metrics>,
        mut sockets: Sockets,
        hangups: Signal,
    ) -> io::Result<Self> {
        let (stop, stopped) = watch::channel(false);
        let traces = Arc::new(Traces::default());
        let (threads, connections) = {
            let config = &reloader.current.load().config;
            (config.threads, config.limits.connections)
        };
        let (end, ended) = watch::channel(false);
        let stops = Stops { drain: stopped.clone(), end: ended };
        let connections = descriptors::room_for(connections, threads);
        let workers = sockets.start(&reloader, &metrics, &traces, &stops, threads, connections)?;
        let (stop_admin, admin_stopped) = watch::channel(false);
        let reloads = ReloadThread::start(Arc::clone(&reloader))?;
        let orders = reloads.orders().clone();
        let (of_admin, draining) = (Arc::clone(&reloader), stopped.clone());
        let admin = Admin { reloader: of_admin, orders: orders.clone(), metrics, traces, draining };
        for listener in sockets.admin() {
            runtime.spawn(admin::serve(listener, admin.clone(), admin_stopped.clone()));
        }
        runtime.spawn(files::run(orders, hangups, stopped));
        Ok(Self { reloader, workers, reloads, stop, end, stop_admin })
    }

    /// Where to say that a drain shall wait for nobody.
    pub(super) fn end(&self) -> watch::Sender<bool> {
        self.end.clone()
    }

    /// Lets every request come to its end, then writes what is recorded. The admin listener answers meanwhile, unless
    /// another process has the address already.
    pub(super) fn drain(self, is_taken: bool) {
        if is_taken {
            let _ = self.stop_admin.send(true);
        }
        let _ = self.stop.send(true);
        tracing::info!(is_taken, "draining");
        for worker in self.workers {
            let _ = worker.join();
        }
        self.reloader.stop_recording();
        let _ = self.stop_admin.send(true);
        // Before the runtime, on which an attempt waits for its compilers.
        drop(self.reloads);
    }
}
