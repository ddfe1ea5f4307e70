//! 10, 1,000 and 100,000 routes: how long the gateway takes to start, what it keeps, and what a request costs. Never
//! asks for one of the many: the one that is asked stands first in the file.

use anyhow::Result;

use super::{Bench, growth};
use crate::peers::Setting;
use crate::report::Report;

const COUNTS: [usize; 3] = [10, 1_000, 100_000];

/// Measures and judges.
pub fn run(bench: &mut Bench, report: &mut Report) -> Result<()> {
    let setting = |routes| Setting { routes, ..Setting::default() };
    growth::run(bench, report, ("routes", "routes"), COUNTS, setting)
}
