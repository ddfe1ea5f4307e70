//! What one policy call costs inside the gateway, as a table: `cargo xtask bench host calls` runs it. Never through a
//! socket: what HTTP costs is another table.
#![allow(clippy::print_stdout, reason = "its output is for a person at a terminal")]

#[path = "../tests/innocents/policies.rs"]
mod policies;

use std::time::{Duration, Instant};

use policies::Policies;

/// Calls of one turn, and turns of each row, all rows in turn.
const WARM_CALLS: u32 = 20_000;
const FRESH_CALLS: u32 = 500;
const TURNS: usize = 5;

/// Policies of a request.
const NUMBERS: [usize; 4] = [0, 1, 3, 5];

/// Authorizers without an opinion stand before the one that allows: every one of a route is asked.
const ABSTAINS: &str =
    "{ default = \"abstain\", rules = [{ name = \"none\", effect = \"allow\", methods = [\"DELETE\"] }] }";
const ALLOWS: &str = "{ rules = [{ name = \"all\", effect = \"allow\" }] }";

fn main() {
    // `cargo test --benches` only wants to see that it works
    let divisor = if std::env::args().any(|argument| argument == "--bench") { 1 } else { 1000 };
    let mut text = String::new();
    let mut rows = Vec::new();
    for isolation in ["instance", "request"] {
        for number in NUMBERS {
            let route = format!("{isolation}-{number}");
            text += &chain(&route, number, isolation);
            rows.push((route, number, isolation, Vec::new()));
        }
    }
    let policies = Policies::load(&text, &["claims_authz"], 1);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    for _ in 0..TURNS {
        for (route, _, isolation, times) in &mut rows {
            let calls = if *isolation == "request" { FRESH_CALLS } else { WARM_CALLS } / divisor;
            times.push(runtime.block_on(turn(&policies, route, calls.max(1))));
        }
    }
    println!("| Policies in Rust | warm: us a request | fresh: us a request |\n|---:|---:|---:|");
    for number in NUMBERS {
        let mut of = |isolation: &str| {
            let row = rows.iter_mut().find(|row| row.1 == number && row.2 == isolation);
            row.map_or(f64::NAN, |row| median(&mut row.3))
        };
        println!("| {number} | {:.2} | {:.2} |", of("instance"), of("request"));
    }
}

/// The time of one request.
async fn turn(policies: &Policies, route: &str, calls: u32) -> Duration {
    let began = Instant::now();
    for _ in 0..calls {
        if let Err(refused) = policies.ask(route, 0, None).await {
            panic!("{}: {:?}", refused.code, refused.cause);
        }
    }
    began.elapsed() / calls
}

fn median(times: &mut [Duration]) -> f64 {
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64() * 1e6
}

fn chain(route: &str, number: usize, isolation: &str) -> String {
    let mut text = String::new();
    for index in 1..=number {
        let config = if index == number { ALLOWS } else { ABSTAINS };
        text += &format!(
            "\n[plugins.{route}-{index}]\nworld = \"authorizer\"\nfile = \"claims_authz.wasm\"\n\
             isolation = \"{isolation}\"\nconfig = {config}\n"
        );
    }
    let names: Vec<String> = (1..=number).map(|index| format!("\"{route}-{index}\"")).collect();
    let policies = names.join(", ");
    text + &format!(
        "\n[[routes]]\nname = \"{route}\"\npath = \"/{route}\"\npublic = true\nupstream = \"home\"\n\
         policies = [{policies}]\n"
    )
}
