//! The listening sockets: bound or handed over, announced, and shared out to the workers.
//!
//! Never announces an address before all are bound.

use std::io::{self, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;

use super::ServerError;
use crate::config::Config;
use crate::explain::traces::Traces;
use crate::listener::worker::Stops;
use crate::listener::{bind, worker};
use crate::observe::metrics::Metrics;
use crate::pipeline::Worker;
use crate::reload::reloader::Reloader;
use crate::takeover::offer::Offer;
use crate::takeover::{Bound, Handed};
use crate::upstream::send::Way;

/// The admin address has no workers to share it.
const ADMIN_SOCKETS: usize = 1;

/// Everything that is bound before anything is announced.
pub(super) struct Sockets(Handed);

impl Sockets {
    /// What was handed over serves on; what else gateway.toml names is bound.
    pub(super) fn bind(config: &Config, handed: Option<&Handed>) -> Result<Self, ServerError> {
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
    pub(super) fn offered(&self, config: &Config) -> io::Result<Offer> {
        Ok(if config.takeover_socket.is_some() { Offer::of(self.0.again()?) } else { Offer::default() })
    }

    /// The kernel queues connections from here on, so clients may come.
    pub(super) fn announce(&self) -> io::Result<()> {
        let mut out = io::stdout().lock();
        for listener in self.0.listeners.iter().filter_map(|bound| bound.sockets.first()) {
            writeln!(out, "listening on http://{}", listener.local_addr()?)?;
        }
        if let Some(admin) = self.0.admin.iter().find_map(|bound| bound.sockets.first()) {
            writeln!(out, "admin on http://{}", admin.local_addr()?)?;
        }
        out.flush()
    }

    /// Those of the admin address, where there is one.
    pub(super) fn admin(&mut self) -> Vec<TcpListener> {
        self.0.admin.take().map(|bound| bound.sockets).unwrap_or_default()
    }

    /// Starts the workers; each takes its share of every address.
    pub(super) fn start(
        &mut self,
        reloader: &Reloader,
        metrics: &Arc<Metrics>,
        traces: &Arc<Traces>,
        stops: &Stops,
        workers: usize,
        connections: usize,
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
            worker::start(worker, share, connections.div_ceil(workers), stops.clone())
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
