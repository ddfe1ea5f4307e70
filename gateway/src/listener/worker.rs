//! A worker: one thread, one current-thread runtime, its own sockets, connections and warm instances.
//!
//! Never shares a connection with another worker, and never blocks on anything but a policy call.

use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use hyper_util::server::graceful::GracefulShutdown;
use tokio::runtime::Builder;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use witgate_wire::{FIRST_BYTES, last_in_queue};

use super::connection;
use crate::pipeline::Worker;

/// How long open connections may take to end after a stop was asked for; `limits.request-timeout-ms` when that is longer.
pub const LEAST_DRAIN: Duration = Duration::from_secs(30);
/// How long open connections have to hear, with an answer, that they will close; then idle ones are closed.
const FAREWELL: Duration = Duration::from_secs(1);
/// Between two looks at how many are left.
const LOOK: Duration = Duration::from_millis(20);
/// How long to wait before accepting again when the process is out of descriptors.
const ACCEPT_BACKOFF: Duration = Duration::from_millis(50);

/// What a worker is told.
#[derive(Debug, Clone)]
pub struct Stops {
    /// true: nothing new, and what was begun has time to end
    pub drain: watch::Receiver<bool>,
    /// true: the time is over
    pub end: watch::Receiver<bool>,
}

/// Starts a worker thread; it ends when it shall drain and its connections have, or when it shall end. It has
/// `places` for connections.
///
/// # Errors
/// When the thread cannot be started.
pub fn start(worker: Worker, listeners: Vec<TcpListener>, places: usize, stops: Stops) -> io::Result<JoinHandle<()>> {
    let name = format!("witgate-worker-{}", worker.index);
    let runtime = Builder::new_current_thread().enable_all().build()?;
    std::thread::Builder::new()
        .name(name)
        .spawn(move || runtime.block_on(run(Arc::new(worker), listeners, places, stops)))
}

async fn run(worker: Arc<Worker>, listeners: Vec<TcpListener>, places: usize, stops: Stops) {
    let places = Arc::new(Semaphore::new(places.clamp(1, Semaphore::MAX_PERMITS)));
    let (mut accepting, mut end) = (JoinSet::new(), stops.end);
    for listener in listeners {
        let listener = tokio::net::TcpListener::from_std(listener).expect("a bound, non-blocking listener");
        accepting.spawn(accept(listener, Arc::clone(&worker), Arc::clone(&places), stops.drain.clone()));
    }
    let all_ended = async { while accepting.join_next().await.is_some() {} };
    tokio::select! {
        () = all_ended => {}
        () = worker.way.pool.sweep() => {}
        () = stopped(&mut end) => {}
    }
}

/// Accepts until told to stop, then lets its connections finish. A full house leaves new connections in the kernel's bounded backlog.
async fn accept(
    listener: tokio::net::TcpListener,
    worker: Arc<Worker>,
    places: Arc<Semaphore>,
    mut stop: watch::Receiver<bool>,
) {
    let (graceful, told) = (GracefulShutdown::new(), stop.clone());
    let serve = |(stream, peer), place| {
        let limits = worker.generations.load().config.limits;
        let served = connection::serve(stream, peer, Arc::clone(&worker), limits, graceful.watcher(), told.clone());
        tokio::spawn(async move {
            served.await;
            drop(place);
        });
    };
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stopped(&mut stop) => break,
        };
        match accepted {
            // Accepted first: a listener that waits for a place must not keep one from another listener.
            Ok(connection) => tokio::select! {
                place = Arc::clone(&places).acquire_owned() => serve(connection, place.ok()),
                () = stopped(&mut stop) => {
                    serve(connection, None);
                    break;
                }
            },
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(ACCEPT_BACKOFF).await;
            }
        }
    }
    last_in_queue(listener).into_iter().for_each(|connection| serve(connection, None));
    tokio::time::sleep(FIRST_BYTES).await;
    farewell(&graceful).await;
    let drain = worker.generations.load().config.limits.request_timeout.max(LEAST_DRAIN);
    if tokio::time::timeout(drain, graceful.shutdown()).await.is_err() {
        tracing::warn!(worker = worker.index, "connections were still open after the drain");
    }
}

/// From the stop on, every answer says that its connection closes. Clients that ask again in this time hear it, instead of
/// finding a connection gone.
async fn farewell(graceful: &GracefulShutdown) {
    let mut look = tokio::time::interval(LOOK);
    let all_gone = async {
        while graceful.count() > 0 {
            look.tick().await;
        }
    };
    let _some_are_idle = tokio::time::timeout(FAREWELL, all_gone).await;
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    // A closed channel means that the process is ending too.
    let _ = stop.wait_for(|stopped| *stopped).await;
}
