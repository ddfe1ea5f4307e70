//! The load: many keep-alive connections that ask without a pause, or at a pace of their own whatever the answers do.
//! Never gives numbers of a run in which an answer was another than expected.
//!
//! It is not wrk, since each request needs a token of its own and latency at a pace must count from when a request was
//! due (coordinated omission); and one core has to be enough for it beside the upstream.

mod client;
mod measured;
mod pace;
mod thread;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use client::Client;
pub use measured::Measured;
pub use pace::Pace;

use crate::machine;

/// The longest that nobody answers.
const SILENCE: Duration = Duration::from_secs(10);
/// Bytes read at once from a connection that is opened to wait.
const IDLE_BUFFER: usize = 16 * 1024;

/// One run.
#[derive(Clone, Copy)]
pub struct Plan<'a> {
    /// who is asked
    pub address: SocketAddr,
    /// whole requests; they go out in turn
    pub requests: &'a [Vec<u8>],
    /// the status of each answer
    pub status: u16,
    /// connections, kept open
    pub connections: usize,
    /// when requests are sent
    pub pace: Pace,
    /// for how long
    pub duration: Duration,
    /// the load's cores, a thread for each
    pub cores: &'a [usize],
}

/// Runs the load and waits for its end.
///
/// # Errors
/// For a connection that fails, an answer with another status, or one that is not HTTP.
pub fn run(plan: &Plan<'_>) -> Result<Measured> {
    let threads = plan.cores.len().min(plan.connections);
    let parts: Vec<Result<Measured>> = std::thread::scope(|scope| {
        let started: Vec<_> = (0..threads).map(|index| scope.spawn(move || part(plan, index, threads))).collect();
        started.into_iter().map(|thread| thread.join().expect("the load does not panic")).collect()
    });
    let mut all = Measured::default();
    for part in parts {
        all.add(&part?)?;
    }
    if all.answers() == 0 {
        bail!("nobody answered within {:?}", plan.duration);
    }
    Ok(all)
}

fn part(plan: &Plan<'_>, index: usize, threads: usize) -> Result<Measured> {
    machine::pin(&[plan.cores[index]])?;
    let share = plan.connections / threads + usize::from(index < plan.connections % threads);
    thread::run(plan, share, plan.pace.of_one(threads), index * plan.requests.len() / threads)
        .with_context(|| format!("load on {}", plan.address))
}

/// Connections that wait, until this is dropped.
pub struct Idle {
    _clients: Vec<Client>,
}

/// Opens so many connections and asks once on each.
///
/// # Errors
/// As [`run`].
pub fn idle(plan: &Plan<'_>, connections: usize) -> Result<Idle> {
    let mut clients = Vec::with_capacity(connections);
    let mut buffer = vec![0; IDLE_BUFFER];
    for number in 0..connections {
        let mut client = Client::connect(plan.address)?;
        client.send(&plan.requests[number % plan.requests.len()], Instant::now())?;
        while client.receive(&mut buffer, plan.status)?.is_none() {
            if client.since.is_some_and(|since| since.elapsed() > SILENCE) {
                bail!("no answer within {SILENCE:?}");
            }
            std::thread::yield_now();
        }
        clients.push(client);
    }
    Ok(Idle { _clients: clients })
}
