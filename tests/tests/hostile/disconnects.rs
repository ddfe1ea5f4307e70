//! Clients that leave at any moment: within the head, the body, a policy's call, the wait for the upstream, the answer.
//! Afterwards everything works as before and nothing is held. Never a fixed order: the seed is told.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use witgate_tests::deadline;
use witgate_tests::trial::host::clients::{Ask, Clients};
use witgate_tests::trial::host::ground::{self, Ground};

/// Clients that leave.
const LEAVERS: usize = 100;

/// Good requests afterwards, and the clients that ask them.
const GOOD: usize = 10_000;
const CLIENTS: usize = 16;

/// How long the gateway may take to notice that all have left, and how long the good requests may take.
const NOTICE_DEADLINE: Duration = Duration::from_secs(40);
const GOOD_DEADLINE: Duration = Duration::from_secs(120);

/// Bytes of an upload, and the most that a leaver reads of an answer.
const UPLOAD_BYTES: usize = 20_000;
const ANSWER_BYTES: u64 = 100_000;

/// The longest that a leaver waits before it leaves, in microseconds.
const PATIENCE_MICROS: u64 = 40_000;

/// The moment of leaving.
#[derive(Debug, Clone, Copy)]
enum Moment {
    /// So many bytes of the head were sent.
    Head(u64),
    /// So many bytes of the body were sent.
    Upload(u64),
    /// The policy works, for about a millisecond.
    Policy(Duration),
    /// The upstream has not answered yet.
    Upstream(Duration),
    /// So many bytes of the answer were read.
    Answer(u64),
}

/// Repeatable numbers (xorshift64*).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % bound.max(1)
    }

    fn moment(&mut self) -> Moment {
        match self.below(5) {
            0 => Moment::Head(self.below(60)),
            1 => Moment::Upload(self.below(UPLOAD_BYTES as u64)),
            2 => Moment::Policy(Duration::from_micros(self.below(4000))),
            3 => Moment::Upstream(Duration::from_micros(self.below(PATIENCE_MICROS))),
            _ => Moment::Answer(self.below(ANSWER_BYTES)),
        }
    }
}

fn seed() -> u64 {
    let told = std::env::var("WITGATE_SEED").ok().and_then(|seed| seed.parse().ok());
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock after 1970");
    told.unwrap_or(since.as_nanos() as u64) | 1
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_that_leave_at_any_moment_leave_nothing_behind() {
    let seed = seed();
    eprintln!("WITGATE_SEED={seed}");
    let more = "limits = { cpu-ms = 1000 }";
    let policies = ground::plugin("busy", "authorizer", "guest_hostile_authorizer", more)
        + &ground::plugin("stamp", "filter", "guest_hostile_filter", "");
    let ground = Ground::start(&(policies + &ground::route("busy", &["busy", "stamp"])), &[]).await;
    let mut numbers = Numbers(seed);
    let moments: Vec<Moment> = (0..LEAVERS).map(|_| numbers.moment()).collect();
    for moments in moments.chunks(10) {
        let leaving = moments.iter().map(|moment| tokio::spawn(leave(ground.gateway.url().to_owned(), *moment)));
        for left in leaving.collect::<Vec<_>>() {
            left.await.expect("a client that left");
        }
    }
    until_all_left(&ground, 0).await;
    good_requests(&ground).await;
    until_all_left(&ground, 0).await;
    let generations = ground.gateway.generations().await;
    assert_eq!(generations["draining"].as_array().map(Vec::len), Some(0), "{generations}");
    assert_eq!(generations["current"]["in_flight"], 0, "{generations}");
    let faults = ground.gateway.metrics().await;
    let faults: Vec<&str> = faults.lines().filter(|line| line.starts_with("witgate_policy_faults_total{")).collect();
    assert!(faults.is_empty(), "{faults:?}");
}

/// 10,000 good ones; none may fail.
async fn good_requests(ground: &Ground) {
    let before = ground.home.served();
    let clients = Clients::start(ground.gateway.url(), &Ask::of("busy.test"), CLIENTS, None);
    let look = async || (ground.home.served() - before >= GOOD).then_some(());
    deadline::until(GOOD_DEADLINE, "the good requests", look).await;
    let met = clients.finish().await;
    assert_eq!(met.errors(), 0, "{:?} {:?}", met.statuses, met.failures);
    assert!(met.answered() >= GOOD, "{}", met.answered());
}

/// Until the gateway counts so many connections.
async fn until_all_left(ground: &Ground, connections: u64) {
    let look = async || (ground.gateway.metric("witgate_connections ").await == connections).then_some(());
    deadline::until(NOTICE_DEADLINE, "all connections closed", look).await;
}

async fn leave(url: String, moment: Moment) {
    let mut stream = TcpStream::connect(url.trim_start_matches("http://")).await.expect("a connection");
    let head = |line: &str, more: &str| format!("{line} HTTP/1.1\r\nHost: busy.test\r\n{more}\r\n");
    match moment {
        Moment::Head(bytes) => {
            let head = head("GET /", "x-some-header: and its value\r\n");
            let sent = usize::try_from(bytes).expect("few bytes").min(head.len() - 1);
            send(&mut stream, &head.as_bytes()[..sent]).await;
        }
        Moment::Upload(bytes) => {
            send(&mut stream, head("POST /", &format!("Content-Length: {UPLOAD_BYTES}\r\n")).as_bytes()).await;
            send(&mut stream, &vec![b'u'; usize::try_from(bytes).expect("few bytes")]).await;
        }
        Moment::Policy(patience) => {
            send(&mut stream, head("GET /", "x-attack: busy\r\n").as_bytes()).await;
            tokio::time::sleep(patience).await;
        }
        Moment::Upstream(patience) => {
            send(&mut stream, head("GET /late", "").as_bytes()).await;
            tokio::time::sleep(patience).await;
        }
        Moment::Answer(bytes) => {
            send(&mut stream, head("GET /drip", "").as_bytes()).await;
            let mut answer = Vec::new();
            let _cut_short = stream.take(bytes).read_to_end(&mut answer).await;
        }
    }
}

async fn send(stream: &mut TcpStream, bytes: &[u8]) {
    stream.write_all(bytes).await.expect("the gateway reads");
}
