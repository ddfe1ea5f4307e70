//! What requests meet while `gateway.toml` is written again and again. Never more reloads than a busy deployment has: two a
//! second.

use std::fs;
use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;

use anyhow::{Context, Result};

use super::{BODY, Bench};
use crate::load::Pace;
use crate::peers::Setting;
use crate::report::{Bound, Promise, Report, Table};
use crate::sample::{Ask, Sample, median, sample};
use crate::tokens::Algorithm;

/// Between two reloads.
const EVERY: Duration = Duration::from_millis(500);
/// The share of saturation.
const SHARE: f64 = 0.5;
const NAME: &str = "witgate-reload";

/// Measures steady and reloading turns one after the other, and judges.
pub fn run(bench: &mut Bench, report: &mut Report) -> Result<()> {
    let running = bench.stage.start_witgate(&Setting::default(), NAME)?;
    bench.verify(&running, "rs256", Some(Algorithm::Rs256))?;
    let tokens = bench.requests.with_tokens("rs256", BODY, Algorithm::Rs256);
    let rate = SHARE * sample(&running.program, &bench.ask(&tokens))?.rate;
    let ask = Ask { pace: Pace::PerSecond(rate), ..bench.ask(&tokens) };
    let config = bench.stage.work.join(format!("{NAME}.toml"));
    let (mut steady, mut reloading) = (Vec::new(), Vec::new());
    for _ in 0..bench.rounds {
        steady.push(sample(&running.program, &ask)?);
        reloading.push(while_reloading(&config, &bench.stage.cores.load, || sample(&running.program, &ask))?);
    }
    let of = |samples: &[Sample], number: fn(&Sample) -> f64| median(samples.iter().map(number));
    let row = |name: &str, samples: &[Sample]| {
        let numbers: [fn(&Sample) -> f64; 4] = [|s| s.rate, |s| s.p50, |s| s.p99, |s| s.p999];
        (name.to_owned(), numbers.into_iter().map(|number| of(samples, number)).collect())
    };
    report.promises.push(Promise {
        what: "p99.9 while reloading twice a second over the steady one".into(),
        bound: Bound::AtMost(2.0),
        measured: Some(of(&reloading, |s| s.p999) / of(&steady, |s| s.p999)),
    });
    report.tables.push(Table {
        name: "reload",
        title: "Reloads under half of the load that saturates: three policies, RS256, 10,000 tokens".into(),
        columns: ["requests/s", "p50 us", "p99 us", "p99.9 us"].map(str::to_owned).to_vec(),
        rows: vec![row("steady", &steady), row("two reloads a second", &reloading)],
        missing: Vec::new(),
    });
    Ok(())
}

/// Writes the file anew, with a line that changes its content, for as long as the measurement takes.
fn while_reloading(config: &Path, cores: &[usize], measure: impl FnOnce() -> Result<Sample>) -> Result<Sample> {
    let text = fs::read_to_string(config).context("read the configuration")?;
    let (over, heard) = sync_channel::<()>(0);
    let result = std::thread::scope(|scope| {
        let text = &text;
        let writer = scope.spawn(move || -> Result<()> {
            crate::machine::pin(cores)?;
            let mut number = 0;
            loop {
                number += 1;
                replace(config, &format!("{text}\n[[routes]]\nname = \"reload-{number}\"\npath = \"/reload/{number}\"\npublic = true\nupstream = \"service\"\n"))?;
                if heard.recv_timeout(EVERY) != Err(RecvTimeoutError::Timeout) {
                    return Ok(());
                }
            }
        });
        let sample = measure();
        drop(over);
        writer.join().expect("the writer does not panic").and(sample)
    });
    replace(config, &text)?;
    result
}

fn replace(path: &Path, text: &str) -> Result<()> {
    let new = path.with_extension("new");
    fs::write(&new, text).and_then(|()| fs::rename(&new, path)).with_context(|| format!("replace {}", path.display()))
}
