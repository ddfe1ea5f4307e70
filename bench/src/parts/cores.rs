//! One core to all of the gateway's. Where the load has no cores of its own the last row shares them with it, and is
//! named so. Never extrapolates.

use anyhow::Result;

use super::rounds::Row;
use super::{BODY, Bench};
use crate::peers::Setting;
use crate::report::Report;
use crate::tokens::Algorithm;

/// Measures.
pub fn run(bench: &mut Bench, report: &mut Report) -> Result<()> {
    let own = bench.stage.cores.gateway.clone();
    let everything = [own.as_slice(), bench.stage.cores.load.as_slice()].concat();
    let mut gateways = Vec::new();
    for count in 1..=own.len() {
        gateways.push((format!("{count} of its own"), own[..count].to_vec()));
    }
    gateways.push((format!("{}, shared with load and upstream", everything.len()), everything));
    let mut running = Vec::new();
    for (index, (name, cores)) in gateways.into_iter().enumerate() {
        let program = bench.stage.start_witgate_on(&cores, &Setting::default(), &format!("witgate-cores-{index}"))?;
        running.push((name, program));
    }
    let plain = bench.requests.plain("plain", BODY);
    let tokens = bench.requests.with_tokens("rs256", BODY, Algorithm::Rs256);
    let mut rows = Vec::new();
    for (what, requests) in [("plain", &plain), ("three policies", &tokens)] {
        for (name, running) in &running {
            let name = format!("{what}, cores: {name}");
            rows.push(Row { name, program: &running.program, ask: bench.ask(requests) });
        }
    }
    let rounds = bench.measure(rows)?;
    let title = "Cores of the gateway: 64 connections";
    report.tables.push(rounds.table("cores", title, Vec::new()));
    Ok(())
}
