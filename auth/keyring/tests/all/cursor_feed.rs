//! A feed with a cursor as the contract has it, for the tests: long polls, epochs, a client's secret, and answers that a
//! test puts in between.
//!
//! Never answers a long poll before something is new or its time is over, unless a test says so.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, StatusCode, Uri};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::watch;
use url::form_urlencoded;

use crate::issuer::{eventually, now};

/// The client that the feed knows.
pub const CLIENT: &str = "gate";

/// How long a feed may take to end.
const ENDS_WITHIN: Duration = Duration::from_secs(10);

type Answer = Box<dyn FnOnce() -> Response + Send>;

/// A running feed. It runs on a runtime of its own, so that all of it can end at once.
pub struct CursorFeed {
    shared: Arc<Shared>,
    runtime: Option<Runtime>,
    pub address: url::Url,
}

struct Shared {
    state: Mutex<Feed>,
    changed: watch::Sender<()>,
}

struct Feed {
    epoch: String,
    /// The first has the number 1.
    entries: Vec<Value>,
    issued_at: Option<u64>,
    secret: Option<String>,
    instead: VecDeque<Answer>,
    /// The query of each request that came.
    asked: Vec<String>,
}

impl CursorFeed {
    pub async fn start() -> Self {
        let state = Feed {
            epoch: "e1".to_owned(),
            entries: Vec::new(),
            issued_at: None,
            secret: None,
            instead: VecDeque::new(),
            asked: Vec::new(),
        };
        let shared = Arc::new(Shared { state: Mutex::new(state), changed: watch::Sender::new(()) });
        let (runtime, bound) = serve(&shared, SocketAddr::from(([127, 0, 0, 1], 0))).await;
        let address = format!("http://{bound}/revocations").parse().expect("a URL");
        Self { shared, runtime: Some(runtime), address }
    }

    /// Ends with every connection; what it knows stays.
    pub fn kill(&mut self) {
        let runtime = self.runtime.take().expect("it runs");
        // The port is free again only when all of it has ended, and no thread of a runtime may wait for that.
        let ending = std::thread::spawn(move || runtime.shutdown_timeout(ENDS_WITHIN));
        ending.join().expect("it ends");
    }

    /// Starts again at the same address.
    pub async fn restart(&mut self) {
        let port = self.address.port().expect("a port");
        self.runtime = Some(serve(&self.shared, SocketAddr::from(([127, 0, 0, 1], port))).await.0);
    }

    pub fn revokes(&self, jti: &str) {
        self.state().entries.push(json!({"kind": "token", "jti": jti, "until": now() + 600}));
        self.wake();
    }

    /// Begins anew with nothing, as after a restored backup.
    pub fn begins_epoch(&self, epoch: &str) {
        (self.state().epoch, self.state().entries) = (epoch.to_owned(), Vec::new());
        self.wake();
    }

    /// Says from now on that its documents are of this time, and not of now.
    pub fn says_it_is(&self, issued_at: Option<u64>) {
        self.state().issued_at = issued_at;
    }

    /// Wants this secret from now on.
    pub fn wants(&self, secret: &str) {
        self.state().secret = Some(secret.to_owned());
        self.wake();
    }

    /// Answers the next request that comes, or the long poll that is open, so instead.
    pub fn answers_once(&self, answer: impl FnOnce() -> Response + Send + 'static) {
        self.state().instead.push_back(Box::new(answer));
        self.wake();
    }

    /// The queries that came so far.
    pub fn asked(&self) -> Vec<String> {
        self.state().asked.clone()
    }

    /// Waits until the last request is a long poll from here.
    pub async fn is_polled_from(&self, epoch: &str, after: u64) {
        let wanted = format!("epoch={epoch}&after={after}&wait=");
        let is_long = |query: &String| query.strip_prefix(&wanted).is_some_and(|wait| wait != "0");
        eventually("a long poll", async || self.asked().last().is_some_and(is_long)).await;
    }

    fn state(&self) -> MutexGuard<'_, Feed> {
        self.shared.state.lock().expect("unpoisoned")
    }

    fn wake(&self) {
        self.shared.changed.send_replace(());
    }
}

impl Drop for CursorFeed {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn serve(shared: &Arc<Shared>, address: SocketAddr) -> (Runtime, SocketAddr) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("threads");
    let app = Router::new().fallback(answer).with_state(Arc::clone(shared));
    let bound = async move {
        let listener = TcpListener::bind(address).await.expect("the port");
        let bound = listener.local_addr().expect("bound");
        tokio::spawn(async move { axum::serve(listener, app).await });
        bound
    };
    let bound = runtime.spawn(bound).await.expect("it serves");
    (runtime, bound)
}

async fn answer(State(shared): State<Arc<Shared>>, uri: Uri, headers: HeaderMap) -> Response {
    let query = uri.query().unwrap_or_default().to_owned();
    let asked: HashMap<String, String> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let mut changed = shared.changed.subscribe();
    shared.state.lock().expect("unpoisoned").asked.push(query);
    let number = |name: &str| asked.get(name).and_then(|text| text.parse::<u64>().ok());
    let waiting = async {
        loop {
            if let Some(answer) = answer_now(&shared, &headers, asked.get("epoch"), number("after")) {
                return answer;
            }
            let _ = changed.changed().await;
        }
    };
    let wait = Duration::from_secs(number("wait").unwrap_or(0));
    match tokio::time::timeout(wait, waiting).await {
        Ok(answer) => answer,
        Err(_) => {
            let state = shared.state.lock().expect("unpoisoned");
            document(&state, number("after"), state.entries.len() as u64).into_response()
        }
    }
}

/// The answer, unless it is to be waited for.
fn answer_now(shared: &Shared, headers: &HeaderMap, epoch: Option<&String>, after: Option<u64>) -> Option<Response> {
    let mut state = shared.state.lock().expect("unpoisoned");
    if let Some(answer) = state.instead.pop_front() {
        return Some(answer());
    }
    let expected =
        state.secret.as_ref().map(|secret| format!("Basic {}", STANDARD.encode(format!("{CLIENT}:{secret}"))));
    if expected.is_some_and(|expected| headers.get("authorization").is_none_or(|given| *given != *expected)) {
        return Some(StatusCode::UNAUTHORIZED.into_response());
    }
    let cursor = state.entries.len() as u64;
    let after = after.filter(|after| epoch == Some(&state.epoch) && *after <= cursor);
    (after != Some(cursor)).then(|| document(&state, after, cursor).into_response())
}

fn document(state: &Feed, after: Option<u64>, cursor: u64) -> String {
    let from = usize::try_from(after.unwrap_or(0)).expect("small");
    let numbered = state.entries.iter().enumerate().skip(from).map(|(index, entry)| {
        let mut entry = entry.clone();
        entry["seq"] = json!(index + 1);
        entry
    });
    let revocations: Vec<Value> = numbered.collect();
    let issued_at = state.issued_at.unwrap_or_else(now);
    let mut document =
        json!({"issued_at": issued_at, "epoch": state.epoch, "cursor": cursor, "revocations": revocations});
    if let Some(after) = after {
        document["after"] = json!(after);
    }
    document.to_string()
}
