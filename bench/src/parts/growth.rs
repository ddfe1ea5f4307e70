//! Gateways that differ in how many they have of something that is not asked for: what each takes to start, and whether a
//! request costs more. Never a new load: all are asked the same.

use std::time::Instant;

use anyhow::Result;

use super::rounds::{self, Row};
use super::{BODY, Bench};
use crate::peers::{Running, Setting};
use crate::report::{Bound, Promise, Report};

/// A row for each count, with the time in which its gateway started; `what` is counted.
pub(super) fn run(
    bench: &mut Bench,
    report: &mut Report,
    (name, what): (&'static str, &str),
    counts: [usize; 3],
    setting: impl Fn(usize) -> Setting,
) -> Result<()> {
    let mut running: Vec<(usize, f64, Running)> = Vec::new();
    for count in counts {
        let start = Instant::now();
        let gateway = bench.stage.start_witgate(&setting(count), &format!("witgate-{count}-{name}"))?;
        running.push((count, start.elapsed().as_secs_f64() * 1e3, gateway));
    }
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
    let mut table =
        rounds.table(name, &format!("Gateways with many {what}: plain proxying, 64 connections"), Vec::new());
    table.columns.push("start ms".into());
    for ((_, numbers), (_, started, _)) in table.rows.iter_mut().zip(&running) {
        numbers.push(*started);
    }
    report.tables.push(table);
    Ok(())
}
