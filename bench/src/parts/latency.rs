//! How long an answer takes at 70 % of what each can do, and at 70 % of what the slowest can do; requests arrive at random
//! moments, and a latency counts from then. Never at saturation: there it only tells how many clients there are.

use anyhow::Result;

use super::rounds::Row;
use super::{BODY, Bench};
use crate::load::Pace;
use crate::peers::Peer;
use crate::report::{Bound, Promise, Report};
use crate::sample::{Ask, sample};
use crate::tokens::Algorithm;

/// The share of saturation.
const SHARE: f64 = 0.7;
const PEERS: [Peer; 4] = [Peer::Witgate, Peer::Haproxy, Peer::NginxLua, Peer::EnvoyCache];

/// Measures and judges.
pub fn run(bench: &mut Bench, report: &mut Report) -> Result<()> {
    let (running, missing) = bench.start(&PEERS)?;
    let tokens = bench.requests.with_tokens("rs256", BODY, Algorithm::Rs256);
    let usual = bench.ask(&tokens);
    let mut rates = Vec::new();
    for running in &running {
        bench.verify(running, "rs256", Some(Algorithm::Rs256))?;
        rates.push(SHARE * sample(&running.program, &usual)?.rate);
    }
    let least = rates.iter().copied().fold(f64::INFINITY, f64::min);
    let mut rows = Vec::new();
    for (running, rate) in running.iter().zip(&rates) {
        for (what, rate) in [("at 70 % of its own", *rate), ("at 70 % of the slowest's", least)] {
            let ask = Ask { pace: Pace::PerSecond(rate), ..usual };
            rows.push(Row { name: format!("{}, {what}", running.peer.name()), program: &running.program, ask });
        }
    }
    let rounds = bench.measure(rows)?;
    let place = |peer: Peer| rounds.place(&format!("{}, at 70 % of its own", peer.name()));
    let measured =
        place(Peer::Witgate).zip(place(Peer::Haproxy)).map(|(ours, theirs)| rounds.ratio(ours, theirs, |s| s.p99));
    let what = "p99 at 70 % of saturation, three policies over HAProxy with RS256".to_owned();
    report.promises.push(Promise { what, bound: Bound::AtMost(1.0), measured });
    let title = "Latency at a pace: RS256, 10,000 tokens, 64 connections";
    report.tables.push(rounds.table("latency", title, missing));
    Ok(())
}
