//! Answers of nothing, 1 KiB, 64 KiB and 1 MiB. Never compressed ones.

use anyhow::Result;

use super::Bench;
use super::rounds::Row;
use crate::peers::Peer;
use crate::report::Report;
use crate::tokens::Algorithm;
use crate::upstream::BODIES;

const PEERS: [Peer; 4] = [Peer::Witgate, Peer::Floor, Peer::Nginx, Peer::Haproxy];

/// Measures.
pub fn run(bench: &mut Bench, report: &mut Report) -> Result<()> {
    let (running, missing) = bench.start(&PEERS)?;
    let mut requests = Vec::new();
    for (body, _) in BODIES {
        let tokens = bench.requests.with_tokens("rs256", body, Algorithm::Rs256);
        requests.push((body, bench.requests.plain("plain", body), tokens));
    }
    let mut rows = Vec::new();
    for (body, plain, tokens) in &requests {
        for running in &running {
            let name = format!("{}, plain, {body}", running.peer.name());
            rows.push(Row { name, program: &running.program, ask: bench.ask(plain) });
        }
        for running in running.iter().filter(|running| running.peer == Peer::Witgate) {
            let name = format!("Witgate, three policies, {body}");
            rows.push(Row { name, program: &running.program, ask: bench.ask(tokens) });
        }
    }
    let rounds = bench.measure(rows)?;
    let title = "Sizes of answers: 0 bytes to 1 MiB, 64 connections";
    report.tables.push(rounds.table("sizes", title, missing));
    Ok(())
}
