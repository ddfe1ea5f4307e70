//! A server of key sets that means harm, one way of it at each path, and counts who asks. Never serves a good key set,
//! but for the one that flaps.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// The path of the issuer that answers well and badly in turns.
pub const FLAPPING: &str = "flapping";

/// The paths of issuers that keep a fetch waiting to its deadline: a byte at a time, and not one.
pub const WAITING: [&str; 2] = ["slow", "silent"];

/// Redirects to itself without end.
pub const LOOP: &str = "loop";

/// The other ways of harm, by path.
pub const BROKEN: [&str; 8] = ["huge", "away", LOOP, "html", "shape", "deep", "many", "lying"];

/// Between two bytes of the slow answer.
const DRIP_INTERVAL: Duration = Duration::from_millis(100);

/// How many keys are one too many.
const TOO_MANY_KEYS: usize = witgate_token::MAX_KEYS + 1;

/// The server; it answers until it is dropped.
pub struct Hostile {
    address: String,
    state: Arc<State>,
    tasks: Vec<JoinHandle<()>>,
}

struct State {
    /// How often each path was asked for.
    fetches: Mutex<BTreeMap<String, u64>>,
    /// How often anyone came to the address that `away` redirects to.
    lured: AtomicU64,
    lure: String,
    /// A good key set.
    keys: String,
}

impl Hostile {
    /// Listens on two free ports of loopback; `keys` is a good key set.
    pub async fn serve(keys: String) -> Hostile {
        let (listener, lure) = (bound().await, bound().await);
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let state = Arc::new(State {
            fetches: Mutex::default(),
            lured: AtomicU64::new(0),
            lure: format!("http://{}/keys", lure.local_addr().expect("an address")),
            keys,
        });
        let tasks =
            vec![tokio::spawn(answer_all(listener, Arc::clone(&state))), tokio::spawn(count(lure, Arc::clone(&state)))];
        Hostile { address, state, tasks }
    }

    /// The section of gateway.toml for one of the ways.
    pub fn section(&self, way: &str) -> String {
        format!(
            "[issuers.{way}]\nissuer = \"{}\"\naudiences = [\"witgate\"]\nalgorithms = [\"ES256\"]\n\
             jwks-url = \"{}/{way}\"\n",
            issuer(way),
            self.address
        )
    }

    /// How often the key set of this way was asked for.
    pub fn fetches(&self, way: &str) -> u64 {
        self.state.fetches.lock().expect("the count").get(way).copied().unwrap_or(0)
    }

    /// How often a redirect to another origin was followed.
    pub fn lured(&self) -> u64 {
        self.state.lured.load(Ordering::Relaxed)
    }
}

impl Drop for Hostile {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

/// The `iss` of the issuer with this way of harm.
pub fn issuer(way: &str) -> String {
    format!("https://hostile.test/{way}")
}

async fn bound() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.expect("a free port")
}

async fn count(lure: TcpListener, state: Arc<State>) {
    while lure.accept().await.is_ok() {
        state.lured.fetch_add(1, Ordering::Relaxed);
    }
}

async fn answer_all(listener: TcpListener, state: Arc<State>) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(answer(stream, Arc::clone(&state)));
    }
}

/// Ends when the peer has had enough.
async fn answer(mut stream: TcpStream, state: Arc<State>) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read_buf(&mut head).await? == 0 {
            return Ok(());
        }
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let way = head.split(' ').nth(1).unwrap_or_default().trim_start_matches('/');
    let turn = state.turn(way);
    match way {
        "slow" => drip(stream).await,
        "huge" => flood(stream).await,
        "silent" => stream.read_to_end(&mut Vec::new()).await.map(|_| ()),
        "lying" => stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n{\"keys\":[").await,
        _ => stream.write_all(state.short_answer(way, turn).as_bytes()).await,
    }
}

impl State {
    /// Counts; gives how often this way was asked for before.
    fn turn(&self, way: &str) -> u64 {
        let mut fetches = self.fetches.lock().expect("the count");
        let count = fetches.entry(way.to_owned()).or_default();
        *count += 1;
        *count - 1
    }

    fn short_answer(&self, way: &str, turn: u64) -> String {
        match way {
            "away" => redirect(&self.lure),
            LOOP => redirect("/loop"),
            "html" => whole("200 OK", "<!doctype html><title>Sign in</title>"),
            "shape" => whole("200 OK", r#"{"keys":{"kid":"a"},"issuer":["https://hostile.test/shape"]}"#),
            "deep" => whole("200 OK", &format!("{{\"keys\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000))),
            "many" => whole("200 OK", &too_many(&self.keys)),
            FLAPPING if turn.is_multiple_of(2) => whole("200 OK", &self.keys),
            FLAPPING => whole("500 Internal Server Error", "{}"),
            _ => whole("404 Not Found", "{}"),
        }
    }
}

fn whole(status: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
}

fn redirect(to: &str) -> String {
    format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
}

/// The good key again and again, each time under another name.
fn too_many(keys: &str) -> String {
    let good: Value = serde_json::from_str(keys).expect("a key set");
    let key = |number: usize| {
        let mut key = good["keys"][0].clone();
        key["kid"] = json!(number.to_string());
        key
    };
    json!({"keys": (0..TOO_MANY_KEYS).map(key).collect::<Vec<_>>()}).to_string()
}

async fn drip(mut stream: TcpStream) -> std::io::Result<()> {
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{\"keys\":[").await?;
    let mut interval = tokio::time::interval(DRIP_INTERVAL);
    loop {
        interval.tick().await;
        stream.write_all(b" ").await?;
    }
}

async fn flood(mut stream: TcpStream) -> std::io::Result<()> {
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{\"keys\":[").await?;
    let piece = vec![b' '; 16 * 1024];
    loop {
        stream.write_all(&piece).await?;
    }
}
