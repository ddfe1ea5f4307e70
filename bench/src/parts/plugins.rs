//! 1, 10 and 100 plugins that are loaded and not asked. Never more components than a machine compiles in a minute.

use std::time::Instant;

use anyhow::Result;

use super::{Bench, routes};
use crate::peers::Setting;
use crate::report::Report;

const COUNTS: [usize; 3] = [1, 10, 100];

/// Measures and judges.
pub fn run(bench: &mut Bench, report: &mut Report) -> Result<()> {
    let mut running = Vec::new();
    for plugins in COUNTS {
        let start = Instant::now();
        let setting = Setting { plugins, ..Setting::default() };
        let gateway = bench.stage.start_witgate(&setting, &format!("witgate-{plugins}-plugins"))?;
        running.push((plugins, start.elapsed().as_secs_f64() * 1e3, gateway));
    }
    routes::table(bench, report, "plugins", "unused plugins", &running)
}
