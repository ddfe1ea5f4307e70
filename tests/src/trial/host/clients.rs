//! Clients that ask the same again and again, each on a connection of its own that stays. Never silent about a failure,
//! and never more than one request of a client at a time.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::Request;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::deadline::PATIENCE;
use crate::trial::times::Times;

/// What is asked, with `GET`.
#[derive(Debug, Clone, Default)]
pub struct Ask {
    /// The `Host`, which leads to the route.
    pub host: String,
    /// The path.
    pub path: String,
    /// More headers.
    pub headers: Vec<(String, String)>,
}

impl Ask {
    /// The root of a host.
    pub fn of(host: &str) -> Ask {
        Ask { host: host.to_owned(), path: "/".to_owned(), headers: Vec::new() }
    }

    /// With one more header.
    pub fn with(mut self, name: &str, value: &str) -> Ask {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    fn request(&self) -> Request<Empty<Bytes>> {
        let mut request = Request::get(&self.path).header("host", &self.host);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        request.body(Empty::new()).expect("a request")
    }
}

/// What the clients met.
#[derive(Debug, Default)]
pub struct Met {
    /// Answers by status.
    pub statuses: BTreeMap<u16, usize>,
    /// What was no answer, in words.
    pub failures: Vec<String>,
    /// Of every answer.
    pub times: Times,
    /// How long it went on.
    pub span: Duration,
}

impl Met {
    /// All answers.
    pub fn answered(&self) -> usize {
        self.statuses.values().sum()
    }

    /// Answers in a second.
    pub fn rate(&self) -> f64 {
        self.answered() as f64 / self.span.as_secs_f64()
    }

    /// Answers other than 200, and what was none.
    pub fn errors(&self) -> usize {
        self.answered() - self.statuses.get(&200).copied().unwrap_or_default() + self.failures.len()
    }

    /// Adds what others met.
    pub fn take(&mut self, other: Met) {
        for (status, count) in other.statuses {
            *self.statuses.entry(status).or_default() += count;
        }
        self.failures.extend(other.failures);
        self.times.extend(other.times);
        self.span += other.span;
    }
}

/// Clients at work.
pub struct Clients {
    at_work: JoinSet<Met>,
    stop: watch::Sender<bool>,
    begun: Instant,
}

impl Clients {
    /// So many clients; each asks again `every` so often, or at once.
    pub fn start(url: &str, ask: &Ask, count: usize, every: Option<Duration>) -> Clients {
        let (stop, stopped) = watch::channel(false);
        let mut at_work = JoinSet::new();
        for _ in 0..count {
            at_work.spawn(work(url.to_owned(), ask.clone(), every, stopped.clone()));
        }
        Clients { at_work, stop, begun: Instant::now() }
    }

    /// Ends it; every client finishes the request it has begun.
    pub async fn finish(self) -> Met {
        self.stop.send_replace(true);
        let mut all = Met::default();
        for met in self.at_work.join_all().await {
            all.take(met);
        }
        all.span = self.begun.elapsed();
        all
    }
}

async fn work(url: String, ask: Ask, every: Option<Duration>, stopped: watch::Receiver<bool>) -> Met {
    let mut met = Met::default();
    let mut pace = every.map(interval);
    if let Some(pace) = &mut pace {
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    }
    let mut sender = None;
    while !*stopped.borrow() {
        if let Some(pace) = &mut pace {
            pace.tick().await;
        }
        let began = Instant::now();
        match timeout(PATIENCE, asked(&url, &ask, &mut sender)).await {
            Ok(Ok(status)) => {
                *met.statuses.entry(status).or_default() += 1;
                met.times.push(began.elapsed());
            }
            Ok(Err(failure)) => met.failures.push(failure),
            Err(_) => met.failures.push(format!("no answer within {PATIENCE:?}")),
        }
    }
    met
}

/// Asks on the connection there is. One that the gateway closed between two requests, as it says it will, is no failure.
async fn asked(url: &str, ask: &Ask, kept: &mut Option<SendRequest<Empty<Bytes>>>) -> Result<u16, String> {
    let mut sender = match kept.take().filter(|sender| !sender.is_closed()) {
        Some(sender) => sender,
        None => connect(url).await.map_err(|error| format!("no connection: {error}"))?,
    };
    let answer = sender.send_request(ask.request()).await.map_err(|error| format!("no answer: {error}"))?;
    let status = answer.status().as_u16();
    answer.into_body().collect().await.map_err(|error| format!("half an answer: {error}"))?;
    let _closed = sender.ready().await;
    *kept = Some(sender);
    Ok(status)
}

async fn connect(url: &str) -> Result<SendRequest<Empty<Bytes>>, Box<dyn std::error::Error + Send + Sync>> {
    let stream = TcpStream::connect(url.trim_start_matches("http://")).await?;
    stream.set_nodelay(true)?;
    let (mut sender, connection) = handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    sender.ready().await?;
    Ok(sender)
}
