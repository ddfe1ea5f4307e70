//! 10,000 connections that wait, or as many as fit into the descriptors that the system allows: the memory of each. Each
//! has asked once, so that its buffers are there. Never a connection that never said anything: those end at the head's
//! deadline.

use std::time::Duration;

use anyhow::{Context, Result};
use rustix::process::{Resource, getrlimit};

use super::{BODY, Bench};
use crate::load;
use crate::peers::{Peer, Setting};
use crate::report::{Bound, Promise, Report, Table};

const IDLE: usize = 10_000;
/// Witgate lets in as many clients as have two descriptors each, beside some hundred of its own.
const DESCRIPTORS_OF_EACH: u64 = 2;
const OTHER_DESCRIPTORS: u64 = 1_000;
/// Before the first measurement of memory, so many connections warm the gateway up.
const BEFORE: usize = 64;
const PEERS: [Peer; 3] = [Peer::Nginx, Peer::Haproxy, Peer::Floor];

/// Measures and judges.
pub fn run(bench: &mut Bench, report: &mut Report) -> Result<()> {
    let (mut running, missing) = bench.start(&PEERS)?;
    running.insert(0, bench.stage.start_witgate(&Setting::default(), "witgate-idle")?);
    let plain = bench.requests.plain("plain", BODY);
    let (mut rows, idle_connections) = (Vec::new(), fitting(getrlimit(Resource::Nofile).maximum));
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
        let idle = load::idle(&plan, idle_connections)
            .with_context(|| format!("idle connections to {}", running.peer.name()))?;
        let after = running.program.usage()?.resident;
        drop(idle);
        #[expect(clippy::cast_precision_loss, reason = "sizes far below 2^52")]
        let each = after.saturating_sub(before) as f64 / idle_connections as f64 / 1024.0;
        rows.push((running.peer.name().to_owned(), vec![each]));
    }
    let measured = rows.first().map(|(_, numbers)| numbers[0]);
    let what = "KiB of an idle keep-alive connection".to_owned();
    report.promises.push(Promise { what, bound: Bound::AtMost(20.0), measured });
    report.tables.push(Table {
        name: "idle",
        title: format!("{idle_connections} idle keep-alive connections, each after one answer"),
        columns: vec!["KiB each".into()],
        rows,
        missing,
    });
    Ok(())
}

/// How many connections this machine allows; without a limit all.
fn fitting(limit: Option<u64>) -> usize {
    let most = limit.map(|limit| limit.saturating_sub(OTHER_DESCRIPTORS) / DESCRIPTORS_OF_EACH);
    most.and_then(|most| usize::try_from(most).ok()).map_or(IDLE, |most| most.clamp(1, IDLE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_connect_as_are_let_in() {
        let limits = [None, Some(1_048_576), Some(20_000), Some(4_096), Some(0)];
        assert_eq!(limits.map(fitting), [10_000, 10_000, 9_500, 1_548, 1]);
    }
}
