//! Kept-open connections to upstreams, one pool for each worker thread.
//!
//! Never shared between threads, and never lost in a reload: it belongs to the worker, not to a generation.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::connector::Connector;
use crate::body::inbound::InboundBody;

/// Idle connections kept for each upstream and worker.
const IDLE_PER_UPSTREAM: usize = 256;
/// How long an idle connection is kept; shorter than the 5 s of Node.js, Apache and uvicorn, so that we close first.
const IDLE: Duration = Duration::from_secs(4);

/// A hyper client for one connect deadline.
pub type HttpClient = Client<Connector, InboundBody>;

/// The clients of one worker, by connect deadline: the deadline belongs to the connector.
#[derive(Default)]
pub struct Pool {
    clients: Mutex<HashMap<Duration, HttpClient>>,
}

impl Pool {
    /// The client that gives up connecting after `connect_timeout`.
    pub fn client(&self, connect_timeout: Duration) -> HttpClient {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        clients.entry(connect_timeout).or_insert_with(|| client(connect_timeout)).clone()
    }
}

fn client(connect_timeout: Duration) -> HttpClient {
    Client::builder(TokioExecutor::new())
        .pool_max_idle_per_host(IDLE_PER_UPSTREAM)
        .pool_idle_timeout(IDLE)
        .pool_timer(TokioTimer::new())
        .build(Connector::new(connect_timeout))
}
