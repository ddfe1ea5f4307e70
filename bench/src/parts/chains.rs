//! Chains of one, five and ten policies: an authenticator, authorizers that abstain, and one that allows. Never fresh
//! instances: `cargo xtask bench host cost` has them.

use anyhow::Result;

use super::rounds::{self, Row};
use super::{BODY, Bench};
use crate::peers::Setting;
use crate::report::{Bound, Promise, Report};
use crate::tokens::Algorithm;

const LENGTHS: [usize; 3] = [1, 5, 10];

/// Measures and judges: five more policies must not cost more than the four before them, in proportion.
pub fn run(bench: &mut Bench, report: &mut Report) -> Result<()> {
    let setting = Setting { chains: LENGTHS.to_vec(), ..Setting::default() };
    let running = bench.stage.start_witgate(&setting, "witgate-chains")?;
    let plain = bench.requests.plain("plain", BODY);
    let mut requests = Vec::new();
    for length in LENGTHS {
        let segment = format!("chain-{length}");
        let with_tokens = bench.requests.with_tokens(&segment, BODY, Algorithm::Rs256);
        requests.push((format!("{length} policies"), with_tokens));
    }
    let mut rows = vec![Row { name: "no policy".into(), program: &running.program, ask: bench.ask(&plain) }];
    for (name, requests) in &requests {
        rows.push(Row { name: name.clone(), program: &running.program, ask: bench.ask(requests) });
    }
    let rounds = rounds::measure(&rows, bench.rounds)?;
    let cpu = |place: usize| rounds.median(place, |sample| sample.cpu);
    let (first, second) = ((cpu(2) - cpu(1)) / 4.0, (cpu(3) - cpu(2)) / 5.0);
    report.promises.push(Promise {
        what: "CPU of each of the policies 6 to 10 over that of 2 to 5".into(),
        bound: Bound::AtMost(1.5),
        measured: Some(second / first),
    });
    let title = "Policies in a chain: RS256, 10,000 tokens, 64 connections";
    report.tables.push(rounds.table("chains", title, Vec::new()));
    Ok(())
}
