//! 10, 1,000 and 100,000 routes: how long the gateway takes to start, what it keeps, and what a request costs. Never
//! asks for one of the many: the one that is asked stands first in the file.

use std::time::Instant;

use anyhow::Result;

use super::rounds::{self, Row};
use super::{BODY, Bench};
use crate::peers::{Running, Setting};
use crate::report::{Bound, Promise, Report, Table};

const COUNTS: [usize; 3] = [10, 1_000, 100_000];

/// Measures and judges.
pub fn run(bench: &mut Bench, report: &mut Report) -> Result<()> {
    let mut running = Vec::new();
    for routes in COUNTS {
        let start = Instant::now();
        let setting = Setting { routes, ..Setting::default() };
        let gateway = bench.stage.start_witgate(&setting, &format!("witgate-{routes}-routes"))?;
        running.push((routes, start.elapsed().as_secs_f64() * 1e3, gateway));
    }
    table(bench, report, "routes", "routes", &running)
}

/// A row for each of several gateways, with the time each took to start.
pub(super) fn table(
    bench: &Bench,
    report: &mut Report,
    name: &'static str,
    what: &str,
    running: &[(usize, f64, Running)],
) -> Result<()> {
    let plain = bench.requests.plain("plain", BODY);
    let row = |(count, _, gateway): &'_ (usize, f64, Running)| (format!("{count} {what}"), gateway.program.address);
    let names: Vec<_> = running.iter().map(row).collect();
    let rows: Vec<Row<'_>> = running
        .iter()
        .zip(&names)
        .map(|((_, _, gateway), (name, _))| Row {
            name: name.clone(),
            program: &gateway.program,
            ask: bench.ask(&plain),
        })
        .collect();
    let most = rows.len() - 1;
    let what_it_shows = format!("CPU of a request with {} over {}", rows[most].name, rows[0].name);
    let rounds = rounds::measure(&rows, bench.rounds)?;
    report.promises.push(Promise {
        what: what_it_shows,
        bound: Bound::AtMost(1.1),
        measured: Some(rounds.ratio(most, 0, |sample| sample.cpu)),
    });
    let mut table_rows = rounds.table_rows();
    for ((_, numbers), (_, started, _)) in table_rows.iter_mut().zip(running) {
        numbers.push(*started);
    }
    let mut columns = rounds::columns();
    columns.push("start ms".into());
    let title = format!("Gateways with many {what}: plain proxying, 64 connections");
    report.tables.push(Table { name, title, columns, rows: table_rows, missing: Vec::new() });
    Ok(())
}
