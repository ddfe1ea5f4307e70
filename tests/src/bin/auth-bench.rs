//! The trials of the auth service in the large, as a table: `cargo xtask bench auth` builds and runs it. Never judges a
//! time; a broken promise ends it with a failure.
#![allow(clippy::print_stdout, reason = "its output is for a person at a terminal")]

use std::process::ExitCode;
use std::time::Duration;

use witgate_tests::trial::load::{Load, Pace};
use witgate_tests::trial::race::{self, Race};
use witgate_tests::trial::throughput::{self, Work};
use witgate_tests::trial::{cutting, killing, revoking};
use witgate_tests::{AuthCaller, Cluster, Solo};

/// Sign-outs whose way to both gateways is measured.
const REVOCATIONS: usize = 200;

/// The load beside them: 400 requests a second through the gateways and 100 refreshes a second at the nodes.
const PACE: Pace = Pace { askers: 8, refreshers: 2, every: Duration::from_millis(40) };

/// 10,112 refreshes.
const RACE: Race = Race { families: 4, rounds: 79, clients: 32 };

/// Kills of the node on SQLite, and of one of two nodes.
const KILLS: usize = 50;
const KILLS_OF_ONE: usize = 10;

/// How long a gateway is cut off, and what ends meanwhile.
const CUT: Duration = Duration::from_secs(60);
const MISSED: usize = 60;

/// People who sign in at once, and for how long.
const PEOPLE: usize = 1000;
const LOGIN_SPAN: Duration = Duration::from_secs(30);

/// Sessions that refresh at once, and for how long.
const SESSIONS: usize = 32;
const REFRESH_SPAN: Duration = Duration::from_secs(15);

/// How long argon2 is measured alone.
const ALONE_SPAN: Duration = Duration::from_secs(10);

/// The parts, in the order in which they run.
const PARTS: [&str; 6] = ["revocations", "race", "kills", "cut-off", "logins", "refreshes"];

#[tokio::main]
async fn main() -> ExitCode {
    let chosen: Vec<String> = std::env::args().skip(1).collect();
    if let Some(unknown) = chosen.iter().find(|name| !PARTS.contains(&name.as_str())) {
        eprintln!("there is no part {unknown:?}; the parts are {}", PARTS.join(", "));
        return ExitCode::FAILURE;
    }
    println!("| What | Measured |\n|---|---|");
    let mut broken = Vec::new();
    for part in PARTS.iter().filter(|part| chosen.is_empty() || chosen.iter().any(|name| name == *part)) {
        broken.extend(run(part).await);
    }
    broken.iter().for_each(|promise| eprintln!("BROKEN: {promise}"));
    if broken.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// One part; the promises that it broke.
async fn run(part: &str) -> Vec<String> {
    match part {
        "revocations" => revocations(&cluster().await).await,
        "race" => race_at(&cluster().await).await,
        "kills" => kills().await,
        "cut-off" => cut_off(&cluster().await).await,
        "logins" => logins().await,
        _ => refreshes().await,
    }
}

async fn cluster() -> Cluster {
    Cluster::start().await.expect("PostgreSQL: apt-get install postgresql")
}

fn row(what: &str, measured: &str) {
    println!("| {what} | {measured} |");
}

fn promise(is_kept: bool, words: String) -> Option<String> {
    (!is_kept).then_some(words)
}

async fn revocations(cluster: &Cluster) -> Vec<String> {
    let sessions = revoking::sign_in(cluster, REVOCATIONS).await;
    let load = Load::start(cluster, PACE).await;
    let times = revoking::revoke(cluster, &sessions).await;
    let done = load.finish().await;
    row("signed out at node A until both gateways refuse, under load", &times.to_string());
    let failed = done.failures.len();
    row("the load meanwhile", &format!("{} requests, {} refreshes, {failed} failed", done.asked, done.refreshed));
    promise(failed == 0, format!("{:?}", done.failures)).into_iter().collect()
}

async fn race_at(cluster: &Cluster) -> Vec<String> {
    let finish = race::run(&cluster.callers(), RACE).await;
    let (granted, refused, double_spent) = (finish.granted, finish.refused.len(), finish.double_spent);
    let (late, ended) = (finish.late, finish.ended);
    let what = format!("refreshes in a race of {} clients for each family, at two nodes", RACE.clients);
    let counts =
        format!("{granted} granted, {refused} refused ({late} families too slow), {double_spent} double-spent");
    row(&what, &format!("{counts}; {}", finish.times));
    let many = "SELECT count(*) FROM (SELECT sid FROM refresh_tokens WHERE spent_at IS NULL GROUP BY sid \
        HAVING count(*) > 1) AS several";
    let several = cluster.number(many);
    let is_kept = double_spent + ended + finish.undead == 0 && several == 0;
    let undead = finish.undead;
    let words = format!("{double_spent} double-spent, {ended} ended, {undead} undead, {several} sessions with two");
    promise(is_kept, format!("{words}: {:?}", finish.refused.first())).into_iter().collect()
}

async fn kills() -> Vec<String> {
    let on_sqlite = killing::solo(&mut Solo::start().await, KILLS).await;
    let one_of_two = killing::one_of_two(&mut cluster().await, KILLS_OF_ONE).await;
    let named =
        [("SIGKILL of the node on SQLite", on_sqlite), ("SIGKILL of one of two nodes on PostgreSQL", one_of_two)];
    let mut broken = Vec::new();
    for (what, aftermath) in named {
        let (lost, undead) = (aftermath.lost.len(), aftermath.undead);
        let (kills, open, ended) = (aftermath.kills, aftermath.open, aftermath.ended);
        row(what, &format!("{kills} kills; {open} sessions kept, {lost} lost; {ended} ended, {undead} honoured again"));
        broken.extend(promise(lost + undead == 0, format!("{what}: {:?}", aftermath.lost)));
    }
    broken
}

async fn cut_off(cluster: &Cluster) -> Vec<String> {
    let back = cutting::cut_off(cluster, CUT, MISSED).await;
    let caught_up = back.caught_up.as_millis();
    let what = format!("a gateway that was cut off for {} s", CUT.as_secs());
    row(&what, &format!("refuses all {} that ended meanwhile {caught_up} ms after it is back", back.missed));
    promise(back.of_the_living == 200, format!("{back:?}")).into_iter().collect()
}

async fn logins() -> Vec<String> {
    let alone = throughput::argon2_alone(ALONE_SPAN);
    row("argon2 alone, a thread for each core", &format!("{alone:.1} hashes/s"));
    let solo = Solo::start().await;
    let work = throughput::logins(&solo.node.caller(), PEOPLE, LOGIN_SPAN).await;
    let (rate, percent) = (work.rate(), 100.0 * work.rate() / alone);
    let what = format!("logins of {PEOPLE} people at once, on SQLite");
    row(&what, &format!("{rate:.1}/s, {percent:.0} % of argon2 alone; {} put off; {}", work.put_off, work.times));
    let peak = throughput::peak_kib(solo.node.process_id()) / 1024;
    row("peak resident memory of the service meanwhile", &format!("{peak} MiB"));
    faults("logins", &work)
}

async fn refreshes() -> Vec<String> {
    let solo = Solo::start().await;
    let mut broken = refreshes_at("SQLite", &[solo.node.caller()]).await;
    drop(solo);
    let cluster = cluster().await;
    let callers = cluster.callers();
    broken.extend(refreshes_at("PostgreSQL, one node", &callers[..1]).await);
    broken.extend(refreshes_at("PostgreSQL, two nodes", &callers).await);
    broken
}

async fn refreshes_at(database: &str, nodes: &[AuthCaller]) -> Vec<String> {
    let work = throughput::refreshes(nodes, SESSIONS, REFRESH_SPAN).await;
    let what = format!("refreshes of {SESSIONS} sessions at once, on {database}");
    row(&what, &format!("{:.0}/s, {}", work.rate(), work.times));
    faults(&what, &work)
}

fn faults(what: &str, work: &Work) -> Vec<String> {
    let count = work.failures.len();
    promise(count == 0, format!("{what}: {count} failed, the first with {:?}", work.failures.first()))
        .into_iter()
        .collect()
}
