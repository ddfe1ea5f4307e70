//! What was measured, as a table for a person.
//!
//! Never leaves out what a time includes.

use super::{Change, Measured, Spread};
use crate::overview::columns::aligned;
use crate::overview::words::bytes;
use crate::policy::secrecy::on_one_line;
use crate::workbench::style::{BAD, GOOD, HEAD, painted};

/// What the times are of.
const INCLUDED: &str = "\
A call includes what passes between host and policy, answered from the case; HTTP, the rest of the chain and real
signature checks are not in it. A start is told in CPU time. The reference is a policy of witgate's own, called and started in
the same rounds.
";

/// The measurement, and the comparison where there is one.
pub fn render(measured: &Measured, changes: Option<&[Change]>) -> String {
    let Measured { component, world, cases, build, .. } = measured;
    let head = format!("{component} ({world}), {cases} cases, measured by a {build} build");
    let mut text = painted(HEAD, &on_one_line(&head)) + "\n\n";
    let heads = ["", "MEDIAN", "99 %", "BY REFERENCE"].map(str::to_owned).to_vec();
    let line = |name: &str, spread: &Spread| {
        let times = [spread.median_nanos, spread.p99_nanos].map(time);
        vec![name.to_owned(), times[0].clone(), times[1].clone(), format!("{:.2}", spread.by_reference)]
    };
    text += &aligned(&[
        heads,
        line("warm call", &measured.warm),
        line("fresh instance: start, then call", &measured.fresh),
        line("start alone", &measured.start),
        vec!["reference call".to_owned(), time(measured.reference_nanos)],
        vec!["reference start".to_owned(), time(measured.reference_start_nanos)],
        vec!["memory of an instance".to_owned(), bytes(measured.memory_bytes as u64)],
        vec!["component file".to_owned(), format!("{} bytes", measured.bytes)],
    ]);
    text += &format!("\n{INCLUDED}");
    if let Some(changes) = changes {
        text += &format!("\n{}\n", painted(HEAD, "against the baseline"));
        text += &aligned(&changes.iter().map(compared).collect::<Vec<_>>());
    }
    text
}

fn compared(change: &Change) -> Vec<String> {
    let verdict = if change.past { painted(BAD, "PAST THE THRESHOLD") } else { painted(GOOD, "ok") };
    let values = [change.then, change.now]
        .map(|value| if value >= 1000.0 { format!("{value:.0}") } else { format!("{value:.2}") });
    vec![
        format!("  {}", change.what),
        format!("{:+.1} %", change.percent),
        format!("{} -> {}", values[0], values[1]),
        verdict,
    ]
}

/// In microseconds, which suit what policies take.
fn time(nanos: u64) -> String {
    format!("{}.{} us", nanos / 1000, nanos % 1000 / 100)
}
