//! 1, 10 and 100 plugins that are loaded and not asked. Never more components than a machine compiles in a minute.

use anyhow::Result;

use super::{Bench, growth};
use crate::peers::Setting;
use crate::report::Report;

const COUNTS: [usize; 3] = [1, 10, 100];

/// Measures and judges.
pub fn run(bench: &mut Bench, report: &mut Report) -> Result<()> {
    let setting = |plugins| Setting { plugins, ..Setting::default() };
    growth::run(bench, report, ("plugins", "unused plugins"), COUNTS, setting)
}
