//! 10,000 connections that wait: the memory of each. Each has asked once, so that its buffers are there. Never a connection
//! that never said anything: those end at the head's deadline.

use std::time::Duration;

use anyhow::{Context, Result};

use super::{BODY, Bench};
use crate::load;
use crate::peers::{Peer, Setting};
use crate::report::{Bound, Promise, Report, Table};

const IDLE: usize = 10_000;
/// Before the first measurement of memory, so many connections warm the gateway up.
const BEFORE: usize = 64;
const PEERS: [Peer; 3] = [Peer::Nginx, Peer::Haproxy, Peer::Floor];

/// Measures and judges.
pub fn run(bench: &mut Bench, report: &mut Report) -> Result<()> {
    let (mut running, missing) = bench.start(&PEERS)?;
    running.insert(0, bench.stage.start_witgate(&Setting::default(), "witgate-idle")?);
    let plain = bench.requests.plain("plain", BODY);
    let mut rows = Vec::new();
    for running in &running {
        let plan = load::Plan {
            address: running.program.address,
            requests: &plain,
            status: 200,
            connections: BEFORE,
            pace: load::Pace::Saturating,
            duration: Duration::from_secs(1),
            cores: &bench.stage.cores.load,
        };
        load::run(&plan)?;
        let before = running.program.usage()?.resident;
        let idle = load::idle(&plan, IDLE).with_context(|| format!("idle connections to {}", running.peer.name()))?;
        let after = running.program.usage()?.resident;
        drop(idle);
        #[expect(clippy::cast_precision_loss, reason = "sizes far below 2^52")]
        let each = after.saturating_sub(before) as f64 / IDLE as f64 / 1024.0;
        rows.push((running.peer.name().to_owned(), vec![each]));
    }
    let measured = rows.first().map(|(_, numbers)| numbers[0]);
    let what = "KiB of an idle keep-alive connection".to_owned();
    report.promises.push(Promise { what, bound: Bound::AtMost(20.0), measured });
    report.tables.push(Table {
        name: "idle",
        title: format!("{IDLE} idle keep-alive connections, each after one answer"),
        columns: vec!["KiB each".into()],
        rows,
        missing,
    });
    Ok(())
}
