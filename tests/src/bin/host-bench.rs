//! The trials of the policy host in the large, as tables: `cargo xtask bench host` builds and runs it. Never judges a
//! time but one: bystanders of an attack may take twice as long, at the 99th percentile, and no longer.
#![allow(clippy::print_stdout, reason = "its output is for a person at a terminal")]

use std::process::ExitCode;
use std::time::Duration;

use witgate_tests::languages::Language;
use witgate_tests::trial::host::bystanders::{self, Beside, Pace};
use witgate_tests::trial::host::clients::{Ask, Met};
use witgate_tests::trial::host::cost::{self, Written};
use witgate_tests::trial::host::ground::{self, Ground};

/// 64 clients that ask again at once, and two that attack.
const BUSY: Pace = Pace { bystanders: 64, every: None, attackers: 2, turn: Duration::from_millis(500), turns: 6 };

/// 64 clients that ask ten times a second each: the machine has time to spare.
const CALM: Pace = Pace { every: Some(Duration::from_millis(100)), turn: Duration::from_secs(2), ..BUSY };

/// A breaker that never opens, to see what it is worth.
const NO_BREAKER: &str = "breaker = { faults = 1000, window-ms = 1000, open-ms = 1 }";

/// Each attack is tried in each of these ways; the last one is told and not judged.
const WAYS: [Way; 3] = [
    Way { words: "busy", pace: BUSY, breaker: "", is_judged: true },
    Way { words: "at a pace", pace: CALM, breaker: "", is_judged: true },
    Way { words: "busy, no breaker", pace: BUSY, breaker: NO_BREAKER, is_judged: false },
];

struct Way {
    words: &'static str,
    pace: Pace,
    breaker: &'static str,
    is_judged: bool,
}

/// What a bystander may pay for an attack: its p99 over the one without.
const MOST_RATIO: f64 = 2.0;

/// The attacks of an authorizer that cost the host most; the first is none, only slow.
const ATTACKS: [&str; 9] =
    ["busy", "trap", "loop", "memory", "stack", "host-calls", "log-lines", "log-bytes", "huge-message"];

/// What the bystanders' route has.
const INNOCENT: &str = "config = { rules = [{ name = \"all\", effect = \"allow\" }] }";

/// The cost table: clients, and how long and how often each row is measured.
const COST: cost::Pace = cost::Pace { clients: 32, turn: Duration::from_millis(1000), turns: 5 };

/// Policies of a request.
const NUMBERS: [usize; 3] = [1, 3, 5];

/// What CPython needs beyond the defaults.
const PYTHON_LIMITS: &str = "limits = { instances = 64 }";

/// The parts, in the order in which they run.
const PARTS: [&str; 2] = ["bystanders", "cost"];

#[tokio::main]
async fn main() -> ExitCode {
    let chosen: Vec<String> = std::env::args().skip(1).collect();
    if let Some(unknown) = chosen.iter().find(|name| !PARTS.contains(&name.as_str())) {
        eprintln!("there is no part {unknown:?}; the parts are {}", PARTS.join(", "));
        return ExitCode::FAILURE;
    }
    let is_chosen = |part: &str| chosen.is_empty() || chosen.iter().any(|name| name == part);
    let mut broken = Vec::new();
    if is_chosen("bystanders") {
        broken.extend(beside_attacks().await);
    }
    if is_chosen("cost") {
        cost_table().await;
    }
    broken.iter().for_each(|promise| eprintln!("BROKEN: {promise}"));
    if broken.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Every attack in each way; the promises that were broken.
async fn beside_attacks() -> Vec<String> {
    println!("{} clients beside {} attackers:\n", BUSY.bystanders, BUSY.attackers);
    println!("| Attack | p99 without | p99 with | ratio | errors | attacks |\n|---|---:|---:|---:|---:|---|");
    let mut broken = Vec::new();
    for way in &WAYS {
        for attack in ATTACKS {
            let (words, beside) = (way.words, beside(attack, way).await);
            let (ratio, errors) = (beside.p99_ratio(), beside.calm.errors() + beside.attacked.errors());
            let (calm, attacked) = (p99(&beside.calm), p99(&beside.attacked));
            let met = &beside.attackers.statuses;
            println!("| {attack}, {words} | {calm:.2} ms | {attacked:.2} ms | {ratio:.2} | {errors} | {met:?} |");
            if errors > 0 {
                broken.push(format!("{attack}, {words}: {errors} bystanders failed"));
            }
            if way.is_judged && ratio > MOST_RATIO {
                broken.push(format!("{attack}, {words}: the bystanders' p99 was {ratio:.2} times as long"));
            }
        }
    }
    println!();
    broken
}

/// A gateway of its own for each: no attack leaves the next one an open breaker.
async fn beside(attack: &str, way: &Way) -> Beside {
    let text = ground::plugin("innocent", "authorizer", "claims_authz", INNOCENT)
        + &ground::route("bystander", &["innocent"])
        + &ground::plugin("hostile", "authorizer", "guest_hostile_authorizer", way.breaker)
        + &ground::route("hostile", &["hostile"]);
    let ground = Ground::start(&text, &[]).await;
    let attack = Ask::of("hostile.test").with("x-attack", attack).with("x-filler", &"f".repeat(4096));
    bystanders::run(&ground, &Ask::of("bystander.test"), &attack, way.pace).await
}

fn p99(met: &Met) -> f64 {
    met.times.percentile(99).as_secs_f64() * 1000.0
}

async fn cost_table() {
    let (mut languages, mut made) = (vec![Written::in_rust()], Vec::new());
    for (language, name, lines) in
        [(Language::JavaScript, "JavaScript", ""), (Language::Python, "Python", PYTHON_LIMITS)]
    {
        let policy = language.faulty();
        if let Some(component) = policy.component() {
            made.push((policy.file(), std::fs::read(component).expect("a component")));
            languages.push(Written { language: name, component: policy.file(), lines });
        }
    }
    let (text, mut rows) = cost::routes(&NUMBERS, &languages);
    let made: Vec<(&str, Vec<u8>)> = made.iter().map(|(name, bytes)| (name.as_str(), bytes.clone())).collect();
    let ground = Ground::start(&text, &made).await;
    cost::measure(&ground, &mut rows, COST).await;
    let plain = rows[0].met.rate();
    println!("| Policies | requests/s | of no policy | p50 ms | p99 ms | errors |\n|---|---:|---:|---:|---:|---:|");
    for row in &rows {
        let (rate, errors) = (row.met.rate(), row.met.errors());
        let [p50, p99] = [50, 99].map(|percent| row.met.times.percentile(percent).as_secs_f64() * 1000.0);
        let share = 100.0 * rate / plain;
        println!("| {} | {rate:.0} | {share:.0} % | {p50:.2} | {p99:.2} | {errors} |", row.name);
    }
    println!();
}
