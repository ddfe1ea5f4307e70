//! How much an auth service does: logins and refreshes as fast as it lets them, and what argon2 alone does on the same
//! cores. Never a client that ignores `Retry-After`.

use std::time::{Duration, Instant};

use argon2::{Algorithm, Argon2, Params, Version};
use tokio::task::JoinSet;

use crate::auth_caller::{AuthCaller, Reply};
use crate::trial::times::Times;
use crate::users::USERS;

/// The default cost of the auth service (auth/service/auth.toml).
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Bytes of a hash, as argon2's own default.
const HASH_BYTES: usize = 32;

/// A client pauses so long where the service names no time.
const PAUSE_SECONDS: u64 = 1;

/// What was done in how long.
#[derive(Debug, Default)]
pub struct Work {
    /// Answers with tokens.
    pub granted: usize,
    /// Answers that asked to come back later.
    pub put_off: usize,
    /// Anything else, in words.
    pub failures: Vec<String>,
    /// Of each granted one.
    pub times: Times,
    /// How long it went on.
    pub span: Duration,
}

impl Work {
    /// Granted ones in a second.
    pub fn rate(&self) -> f64 {
        rate(self.granted, self.span)
    }

    fn take(&mut self, other: Work) {
        self.granted += other.granted;
        self.put_off += other.put_off;
        self.failures.extend(other.failures);
        self.times.extend(other.times);
    }
}

/// So many people sign in again and again, all at once.
pub async fn logins(node: &AuthCaller, people: usize, span: Duration) -> Work {
    let start = Instant::now();
    let mut clients = JoinSet::new();
    for user in USERS.iter().cycle().take(people) {
        let node = node.clone();
        clients.spawn(async move {
            let mut work = Work::default();
            while start.elapsed() < span {
                let asked = Instant::now();
                let reply = node.login(user.name).await;
                note(&mut work, reply, asked).await;
            }
            work
        });
    }
    sum(clients, start).await
}

/// So many sessions, which the nodes share, refresh again and again.
pub async fn refreshes(nodes: &[AuthCaller], sessions: usize, span: Duration) -> Work {
    let mut signed_in = Vec::new();
    for node in nodes.iter().cycle().take(sessions) {
        signed_in.push((node.clone(), node.login("alice").await.granted().refresh));
    }
    let start = Instant::now();
    let mut clients = JoinSet::new();
    for (node, mut token) in signed_in {
        clients.spawn(async move {
            let mut work = Work::default();
            while start.elapsed() < span {
                let asked = Instant::now();
                let reply = node.refresh(&token).await;
                if let Reply::Granted(tokens) = &reply {
                    token.clone_from(&tokens.refresh);
                }
                note(&mut work, reply, asked).await;
            }
            work
        });
    }
    sum(clients, start).await
}

/// Hashes in a second that this machine makes with as many threads as it has cores, and nothing beside them.
pub fn argon2_alone(span: Duration) -> f64 {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let start = Instant::now();
    let threads: Vec<_> = (0..cores).map(|_| std::thread::spawn(move || hash_until(start + span))).collect();
    let hashes = threads.into_iter().map(|thread| thread.join().expect("argon2 does not panic")).sum();
    rate(hashes, start.elapsed())
}

/// The most memory that a process ever had resident, in KiB.
pub fn peak_kib(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("a running process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("Linux tells the peak");
    line.split_whitespace().next().and_then(|number| number.parse().ok()).expect("a number of kB")
}

fn hash_until(end: Instant) -> usize {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, Some(HASH_BYTES)).expect("the default cost");
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let mut count = 0;
    while Instant::now() < end {
        let mut hash = [0; HASH_BYTES];
        argon2.hash_password_into(b"alice's own password", b"a salt of 16 byt", &mut hash).expect("a hash");
        std::hint::black_box(hash);
        count += 1;
    }
    count
}

async fn note(work: &mut Work, reply: Reply, asked: Instant) {
    match reply {
        Reply::Granted(_) => {
            work.granted += 1;
            work.times.push(asked.elapsed());
        }
        Reply::Refused(503, pause) => {
            work.put_off += 1;
            tokio::time::sleep(Duration::from_secs(pause.unwrap_or(PAUSE_SECONDS))).await;
        }
        other => work.failures.push(format!("{other:?}")),
    }
}

async fn sum(clients: JoinSet<Work>, start: Instant) -> Work {
    let mut all = Work::default();
    for one in clients.join_all().await {
        all.take(one);
    }
    Work { span: start.elapsed(), ..all }
}

#[expect(clippy::cast_precision_loss, reason = "counts of a benchmark are far below 2^52")]
fn rate(count: usize, span: Duration) -> f64 {
    count as f64 / span.as_secs_f64()
}
