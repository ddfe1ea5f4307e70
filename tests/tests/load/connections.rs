//! Many keep-alive connections that ask at a steady pace and count every failure. Never reconnects: a connection that
//! the gateway closes is a failure.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::Request;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, timeout};
use witgate_tests::deadline::PATIENCE;

/// Between two requests of one connection.
const PACE: Duration = Duration::from_millis(400);

/// What the connections did.
#[derive(Default)]
pub struct Tally {
    stop: AtomicBool,
    answered: AtomicU64,
    failed: AtomicU64,
}

/// The running connections.
pub struct Load {
    tally: Arc<Tally>,
    connections: JoinSet<Vec<String>>,
}

impl Load {
    /// Opens the connections and begins to ask.
    pub async fn start(url: &str, token: &str, connections: usize) -> Load {
        let mut load = Load { tally: Arc::default(), connections: JoinSet::new() };
        for _ in 0..connections {
            let sender = connect(url).await;
            load.connections.spawn(ask_until_stopped(sender, token.to_owned(), load.tally.clone()));
        }
        load
    }

    /// Stops; gives the answered requests and what failed, in words.
    pub async fn finish(self) -> (u64, Vec<String>) {
        self.tally.stop.store(true, Ordering::Relaxed);
        let failures = self.connections.join_all().await.concat();
        assert_eq!(failures.len() as u64, self.tally.failed.load(Ordering::Relaxed), "every failure has its words");
        (self.tally.answered.load(Ordering::Relaxed), failures)
    }
}

async fn connect(url: &str) -> SendRequest<Empty<Bytes>> {
    let stream = TcpStream::connect(url.trim_start_matches("http://")).await.expect("a connection");
    let (sender, connection) = handshake(TokioIo::new(stream)).await.expect("a handshake");
    tokio::spawn(connection);
    sender
}

async fn ask_until_stopped(mut sender: SendRequest<Empty<Bytes>>, token: String, tally: Arc<Tally>) -> Vec<String> {
    let mut pace = interval(PACE);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while !tally.stop.load(Ordering::Relaxed) {
        pace.tick().await;
        let outcome = timeout(PATIENCE, ask(&mut sender, &token)).await;
        match outcome.unwrap_or_else(|_| Err(format!("no answer within {PATIENCE:?}"))) {
            Ok(()) => tally.answered.fetch_add(1, Ordering::Relaxed),
            Err(failure) => {
                tally.failed.fetch_add(1, Ordering::Relaxed);
                return vec![failure];
            }
        };
    }
    Vec::new()
}

async fn ask(sender: &mut SendRequest<Empty<Bytes>>, token: &str) -> Result<(), String> {
    let request =
        Request::get("/healthz").header("host", "localhost").header("authorization", format!("Bearer {token}"));
    let request = request.body(Empty::new()).expect("a request");
    sender.ready().await.map_err(|error| format!("the connection was closed: {error}"))?;
    let answer = sender.send_request(request).await.map_err(|error| format!("no answer: {error}"))?;
    let status = answer.status();
    let body = answer.into_body().collect().await.map_err(|error| format!("half an answer: {error}"))?;
    if status == 200 { Ok(()) } else { Err(format!("{status}: {}", String::from_utf8_lossy(&body.to_bytes()))) }
}
