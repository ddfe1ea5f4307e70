//! What recording costs a request, as a table: `cargo bench -p witgate --bench recording`. Never through a socket: what
//! HTTP costs is another table.
#![allow(clippy::print_stdout, reason = "its output is for a person at a terminal")]

#[path = "../tests/innocents/policies.rs"]
mod policies;

use std::time::{Duration, Instant};

use policies::Policies;

/// Requests of one turn, and turns of each row, all rows in turn.
const REQUESTS: u32 = 20_000;
const TURNS: usize = 9;

/// The recorded shares; nothing is no recording at all.
const SHARES: [Option<&str>; 4] = [None, Some("0.0"), Some("0.01"), Some("1.0")];

/// Two authorizers: one without an opinion that reads a header and a claim, one that allows.
const ROUTE: &str = r#"
[plugins.first]
world = "authorizer"
file = "claims_authz.wasm"

[plugins.first.config]
default = "abstain"

[[plugins.first.config.rules]]
name = "none"
effect = "allow"
when = { all = [{ not = { header = "x-fault", equals = "x" } }, { claim = "roles", contains = "staff" }] }

[plugins.last]
world = "authorizer"
file = "claims_authz.wasm"
config = { rules = [{ name = "all", effect = "allow" }] }

[[routes]]
name = "recorded"
path = "/recorded"
public = true
upstream = "home"
policies = ["first", "last"]
"#;

fn main() {
    // `cargo test --benches` only wants to see that it works
    let divisor = if std::env::args().any(|argument| argument == "--bench") { 1 } else { 100 };
    let folder = tempfile::tempdir().expect("a folder");
    let loaded = SHARES.map(|share| {
        let recording = share.map(|share| {
            let place = folder.path().join(share);
            format!("[recording]\nfolder = {:?}\nshare = {share}\nclaims = [\"roles\"]\n", place.display().to_string())
        });
        Policies::load(&format!("{}{ROUTE}", recording.unwrap_or_default()), &["claims_authz"], 1)
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut times: [Vec<Duration>; 4] = Default::default();
    for _ in 0..TURNS {
        for (policies, times) in loaded.iter().zip(&mut times) {
            times.push(runtime.block_on(turn(policies, REQUESTS / divisor)));
        }
    }
    println!("| Recorded share | us a request of two policies |\n|---|---:|");
    for (share, times) in SHARES.iter().zip(&mut times) {
        times.sort_unstable();
        let median = times[times.len() / 2].as_secs_f64() * 1e6;
        println!("| {} | {median:.2} |", share.unwrap_or("no recording"));
    }
}

/// The time of one request.
async fn turn(policies: &Policies, requests: u32) -> Duration {
    let began = Instant::now();
    for _ in 0..requests {
        if let Err(refused) = policies.ask("recorded", 0, Some(("x-fault", "abstain"))).await {
            panic!("{}: {:?}", refused.code, refused.cause);
        }
    }
    began.elapsed() / requests
}
