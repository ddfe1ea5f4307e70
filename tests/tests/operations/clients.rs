//! Clients that ask all the time, on connections of their own or with a new one for each request. Never ask twice: what
//! fails has failed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::Request;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{interval, timeout};
use witgate_tests::deadline::{self, PATIENCE};

/// A connection that nobody used for so long may be closed without a word: a process that is replaced waits no longer.
const KEPT_FOR: Duration = Duration::from_secs(1);
/// Between two requests of one client.
const PACE: Duration = Duration::from_millis(3);
/// So many requests after a swap are told apart.
const FIRST: u64 = 100;
/// The requests after those, up to this one, are the steady ones: later ones may meet the next reload's work.
const STEADY: u64 = 500;

/// What they did.
#[derive(Default)]
pub struct Outcome {
    pub answered: usize,
    pub failures: Vec<String>,
    /// of the first requests after each swap, in microseconds
    pub first: Vec<u64>,
    /// of the calm ones that follow
    pub steady: Vec<u64>,
}

#[derive(Default)]
struct Shared {
    stop: AtomicBool,
    since_swap: AtomicU64,
}

/// Running clients.
pub struct Clients {
    shared: Arc<Shared>,
    tasks: JoinSet<Outcome>,
}

type Connection = SendRequest<Empty<Bytes>>;

impl Clients {
    /// `kept` clients keep their connection until it is announced to close; `fresh` ones open one for each request.
    pub fn start(url: &str, kept: usize, fresh: usize) -> Clients {
        let mut clients = Clients { shared: Arc::default(), tasks: JoinSet::new() };
        clients.shared.since_swap.store(STEADY, Ordering::Relaxed);
        let address = url.trim_start_matches("http://").to_owned();
        for index in 0..kept + fresh {
            clients.tasks.spawn(run(address.clone(), index < kept, Arc::clone(&clients.shared)));
        }
        clients
    }

    /// A new generation is in force from here on.
    pub fn swapped(&self) {
        self.shared.since_swap.store(0, Ordering::Relaxed);
    }

    /// Waits until so many requests were asked since the swap that first and steady ones are known.
    pub async fn calm(&self) {
        let asked = || async { (self.shared.since_swap.load(Ordering::Relaxed) >= STEADY).then_some(()) };
        deadline::until(PATIENCE, "the steady requests", asked).await;
    }

    pub async fn finish(self) -> Outcome {
        self.shared.stop.store(true, Ordering::Relaxed);
        let mut all = Outcome::default();
        for one in self.tasks.join_all().await {
            all.answered += one.answered;
            all.failures.extend(one.failures);
            all.first.extend(one.first);
            all.steady.extend(one.steady);
        }
        all
    }
}

/// The 99th percentile, in microseconds.
pub fn p99(times: &mut [u64]) -> u64 {
    times.sort_unstable();
    times.get(times.len() * 99 / 100).copied().unwrap_or_default()
}

async fn run(address: String, keeps: bool, shared: Arc<Shared>) -> Outcome {
    let mut outcome = Outcome::default();
    let mut held: Option<(Connection, Instant)> = None;
    let mut pace = interval(PACE);
    while !shared.stop.load(Ordering::Relaxed) {
        pace.tick().await;
        let number = shared.since_swap.fetch_add(1, Ordering::Relaxed);
        let start = Instant::now();
        let usable = held.take().filter(|(_, used)| used.elapsed() < KEPT_FOR).map(|(connection, _)| connection);
        match timeout(PATIENCE, ask(&address, usable)).await.unwrap_or_else(|_| Err("no answer".into())) {
            Ok(connection) => {
                // From the request on: the answer may have lain there for long, unread.
                held = connection.filter(|_| keeps).map(|connection| (connection, start));
                outcome.answered += 1;
                let micros = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX);
                match number {
                    ..FIRST => outcome.first.push(micros),
                    FIRST..STEADY => outcome.steady.push(micros),
                    STEADY.. => {}
                }
            }
            Err(failure) => outcome.failures.push(failure),
        }
    }
    outcome
}

/// One request; the connection comes back when it may be used again.
async fn ask(address: &str, held: Option<Connection>) -> Result<Option<Connection>, String> {
    let mut connection = match held {
        Some(connection) => connection,
        None => connect(address).await?,
    };
    let request = Request::get("/always").header("host", "localhost").body(Empty::new()).expect("a request");
    connection.ready().await.map_err(|error| format!("closed without a word: {error}"))?;
    let answer = connection.send_request(request).await.map_err(|error| format!("no answer: {error:?}"))?;
    let closes = answer.headers().get("connection").is_some_and(|value| value == "close");
    let status = answer.status();
    answer.into_body().collect().await.map_err(|error| format!("half an answer: {error}"))?;
    if status == 200 { Ok(Some(connection).filter(|_| !closes)) } else { Err(format!("status {status}")) }
}

async fn connect(address: &str) -> Result<Connection, String> {
    let stream = TcpStream::connect(address).await.map_err(|error| format!("no connection: {error}"))?;
    let (sender, connection) =
        handshake(TokioIo::new(stream)).await.map_err(|error| format!("no handshake: {error}"))?;
    tokio::spawn(connection);
    Ok(sender)
}
