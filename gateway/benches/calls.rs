//! What policies cost a request inside the gateway, as a table: `cargo xtask bench host calls` runs it. Never through a
//! socket: what HTTP costs is another table.
#![allow(clippy::print_stdout, reason = "its output is for a person at a terminal")]

#[path = "../tests/innocents/policies.rs"]
mod policies;
#[path = "calls/tokens.rs"]
mod tokens;

use std::time::{Duration, Instant};

use policies::Policies;
use tokens::Issuer;

/// Requests of one turn, and turns of each row, all rows in turn.
const WARM_REQUESTS: u32 = 10_000;
const FRESH_REQUESTS: u32 = 200;
const TURNS: usize = 5;

/// Policies of a request, before the last one.
const NUMBERS: [usize; 4] = [0, 1, 3, 5];

/// A language, its component, and the lines of its plugin table. All but the last policy of a route have no opinion.
const LANGUAGES: [(&str, &str, &str); 3] = [
    (
        "Rust",
        "claims_authz",
        "config = { default = \"abstain\", rules = [{ name = \"none\", effect = \"allow\", methods = [\"DELETE\"] }] }",
    ),
    ("JavaScript", "js_faulty", ""),
    ("Python", "py_faulty", "limits = { instances = 64 }"),
];

/// The header with which the guests in JavaScript and Python have no opinion.
const ABSTAIN: (&str, &str) = ("x-fault", "abstain");

/// The last policy of every route, in Rust: it allows.
const LAST: &str = r#"
[plugins.last]
world = "authorizer"
file = "claims_authz.wasm"
config = { rules = [{ name = "all", effect = "allow" }] }
"#;

/// The components of a whole chain, and what is asked of a request with a token.
const CHAIN: [&str; 3] = ["jwt_policy", "claims_authz", "claim_router"];

/// The whole chain, as `cargo xtask bench` measures it behind sockets, and the same requests without a policy. `KEY` is
/// replaced.
const TOKENS: &str = r#"
[issuers.bench]
issuer = "https://issuer.bench"
audiences = ["bench"]
typ = "jwt-compatible"
algorithms = ["RS256"]
pem-file = "KEY"

[plugins.token]
world = "authenticator"
file = "jwt_policy.wasm"
config = { required-claims = ["sub"] }

[plugins.rules]
world = "authorizer"
file = "claims_authz.wasm"

[[plugins.rules.config.rules]]
name = "customers read"
effect = "allow"
methods = ["GET"]
when = { all = [{ claim = "roles", contains = "customer" }, { scope = "orders:read" }] }

[plugins.way]
world = "router"
file = "claim_router.wasm"
config = { rules = [{ when = { claim = "tenant", equals = "acme" }, upstream = "home" }] }

[[routes]]
name = "open"
path = "/open"
public = true
upstream = "home"

[[routes]]
name = "first"
path = "/first"
public = true
upstream = "home"
policies = ["token"]

[[routes]]
name = "first-two"
path = "/first-two"
upstream = "home"
policies = ["token", "rules"]

[[routes]]
name = "chain"
path = "/chain"
upstream = "home"
policies = ["token", "rules", "way"]
"#;

/// Routes of [`TOKENS`], and how many different tokens go round and round.
const TOKEN_ROWS: [(&str, &str, usize); 6] = [
    ("no policy, the same requests", "open", 10_000),
    ("jwt-policy", "first", 10_000),
    ("jwt-policy, claims-authz", "first-two", 10_000),
    ("jwt-policy, claims-authz, claim-router", "chain", 10_000),
    ("no policy, the same requests", "open", 1),
    ("jwt-policy, claims-authz, claim-router", "chain", 1),
];

/// One row of the table.
struct Row {
    language: &'static str,
    number: usize,
    isolation: &'static str,
    /// of one request, in each turn
    times: Vec<Duration>,
}

impl Row {
    fn route(&self) -> String {
        format!("{}-{}-{}", self.language.to_lowercase(), self.number, self.isolation)
    }
}

fn main() {
    // `cargo test --benches` only wants to see that it works
    let divisor = if std::env::args().any(|argument| argument == "--bench") { 1 } else { 100 };
    let only_tokens = std::env::args().any(|argument| argument == "tokens");
    if !only_tokens {
        languages(divisor);
    }
    with_tokens(divisor);
}

/// Chains of policies that have no opinion, in each language.
fn languages(divisor: u32) {
    let (mut text, mut rows, mut components) = (LAST.to_owned(), Vec::new(), Vec::new());
    for (language, component, lines) in LANGUAGES.into_iter().filter(|one| is_built(one.1)) {
        components.push(component);
        for (isolation, number) in ["instance", "request"].into_iter().flat_map(|one| NUMBERS.map(|n| (one, n))) {
            if number == 0 && !rows.is_empty() {
                continue; // the last alone is the same in every language
            }
            let row = Row { language, number, isolation, times: Vec::new() };
            text += &chain(&row, component, lines);
            rows.push(row);
        }
    }
    let policies = Policies::load(&text, &components, 1);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    for _ in 0..TURNS {
        for row in &mut rows {
            let requests = if row.isolation == "request" { FRESH_REQUESTS } else { WARM_REQUESTS } / divisor;
            row.times.push(runtime.block_on(turn(&policies, &row.route(), requests)));
        }
    }
    println!("| Policies, then the last | isolation | us a request |\n|---|---|---:|");
    for row in &mut rows {
        println!("| {} in {} | {} | {:.1} |", row.number, row.language, row.isolation, median(&mut row.times));
    }
}

/// A whole chain, where each token was verified before.
fn with_tokens(divisor: u32) {
    if !CHAIN.into_iter().all(is_built) {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let key = folder.path().join("key.pem");
    let issuer = Issuer::create(&key);
    let policies = Policies::load(&TOKENS.replace("KEY", &key.display().to_string()), &CHAIN, 1);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let most = TOKEN_ROWS.iter().map(|row| row.2).max().unwrap_or(1).div_ceil(divisor as usize);
    let credentials = issuer.credentials(most);
    let requests = WARM_REQUESTS * 5 / divisor;
    let mut times = [const { Vec::new() }; TOKEN_ROWS.len()];
    for _ in 0..TURNS {
        for ((_, route, count), times) in TOKEN_ROWS.into_iter().zip(&mut times) {
            let asked = &credentials[..count.min(most)];
            runtime.block_on(round(&policies, route, asked, most as u32));
            times.push(runtime.block_on(round(&policies, route, asked, requests)));
        }
    }
    println!("\n| Policies | tokens | us a request |\n|---|---:|---:|");
    for ((name, _, count), times) in TOKEN_ROWS.into_iter().zip(&mut times) {
        println!("| {name} | {} | {:.2} |", count.min(most), median(times));
    }
}

/// The time of one request, with one token after the other.
async fn round(policies: &Policies, route: &str, credentials: &[String], requests: u32) -> Duration {
    let mut around = credentials.iter().cycle();
    let began = Instant::now();
    for _ in 0..requests {
        let credential = around.next().expect("there is a token");
        if let Err(refused) = policies.ask(route, 0, Some(("authorization", credential))).await {
            panic!("{}: {:?} {:?}", refused.code, refused.cause, refused.token_refusal);
        }
    }
    began.elapsed() / requests
}

fn is_built(component: &str) -> bool {
    let is_there = policies::find(component).is_some();
    if !is_there {
        eprintln!("not measured: {component}.wasm is not built");
    }
    is_there
}

/// The time of one request.
async fn turn(policies: &Policies, route: &str, requests: u32) -> Duration {
    let began = Instant::now();
    for _ in 0..requests {
        if let Err(refused) = policies.ask(route, 0, Some(ABSTAIN)).await {
            panic!("{}: {:?}", refused.code, refused.cause);
        }
    }
    began.elapsed() / requests
}

fn median(times: &mut [Duration]) -> f64 {
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64() * 1e6
}

/// The plugins and the route of a row.
fn chain(row: &Row, component: &str, lines: &str) -> String {
    let (route, isolation) = (row.route(), row.isolation);
    let (mut text, mut names) = (String::new(), Vec::new());
    for index in 1..=row.number {
        text += &format!(
            "\n[plugins.{route}-{index}]\nworld = \"authorizer\"\nfile = \"{component}.wasm\"\n\
             isolation = \"{isolation}\"\n{lines}\n"
        );
        names.push(format!("\"{route}-{index}\""));
    }
    names.push("\"last\"".to_owned());
    let policies = names.join(", ");
    text + &format!(
        "\n[[routes]]\nname = \"{route}\"\npath = \"/{route}\"\npublic = true\nupstream = \"home\"\n\
         policies = [{policies}]\n"
    )
}
