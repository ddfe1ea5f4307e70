//! One connection, 64 and 512: what each costs where nothing is shared, and where much waits. Never idle ones: `idle` has
//! them.

use anyhow::Result;

use super::rounds::Row;
use super::{BODY, Bench};
use crate::peers::Peer;
use crate::report::Report;
use crate::sample::Ask;
use crate::tokens::Algorithm;

const COUNTS: [usize; 3] = [1, 64, 512];
const PEERS: [Peer; 4] = [Peer::Witgate, Peer::Floor, Peer::Nginx, Peer::Haproxy];

/// Measures.
pub fn run(bench: &mut Bench, report: &mut Report) -> Result<()> {
    let (running, missing) = bench.start(&PEERS)?;
    let plain = bench.requests.plain("plain", BODY);
    let tokens = bench.requests.with_tokens("rs256", BODY, Algorithm::Rs256);
    let mut rows = Vec::new();
    for connections in COUNTS {
        for running in &running {
            let ask = Ask { connections, ..bench.ask(&plain) };
            let name = format!("{}, plain, {connections} connections", running.peer.name());
            rows.push(Row { name, program: &running.program, ask });
        }
        for running in running.iter().filter(|running| running.peer == Peer::Witgate) {
            let ask = Ask { connections, ..bench.ask(&tokens) };
            let name = format!("Witgate, three policies, {connections} connections");
            rows.push(Row { name, program: &running.program, ask });
        }
    }
    let rounds = bench.measure(rows)?;
    let title = "Connections: 1 KiB answers, each connection asks again at once";
    report.tables.push(rounds.table("connections", title, missing));
    Ok(())
}
