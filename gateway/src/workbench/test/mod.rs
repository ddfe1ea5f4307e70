//! `witgate plugin test`: the cases of policies on their real components, each on a new instance and on one that is
//! reused.
//!
//! Never passes a policy without cases, and never lets one policy's cases see another's.

mod target;
mod report;
mod advice;
mod leak;
mod coverage;
mod asking;
mod text;
mod junit;
mod watch;

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Instant;

pub use junit::junit;
pub use report::{CaseReport, Leak, PluginReport, Report, Unreached, Verdict};
pub use target::{CASES, Target, TargetFault};
pub use text::{failures, lines, summary};
pub use watch::Changes;

use super::host::Host;

/// Policies that are tested at once.
const AT_ONCE: usize = 8;

/// What is tested, and what of it.
pub struct Testing<'t> {
    /// the policies
    pub targets: &'t [Target],
    /// only cases whose name holds this
    pub filter: Option<&'t str>,
}

impl Testing<'_> {
    /// Tests every policy, several at once, and shows each in the order of the targets as soon as it is done. Blocks:
    /// not for a thread of a runtime.
    pub fn run(&self, host: &Host, mut show: impl FnMut(&PluginReport)) -> Report {
        let began = Instant::now();
        let next = AtomicUsize::new(0);
        let (done, reports) = mpsc::sync_channel(self.targets.len());
        let mut finished: Vec<Option<PluginReport>> = self.targets.iter().map(|_| None).collect();
        thread::scope(|scope| {
            for _ in 0..self.threads() {
                let (done, next) = (done.clone(), &next);
                scope.spawn(move || {
                    while let Some((index, target)) = self.claim(next) {
                        let _ = done.send((index, asking::test(host, target, self.filter)));
                    }
                });
            }
            drop(done);
            let mut shown = 0;
            for (index, report) in reports {
                finished[index] = Some(report);
                while let Some(Some(report)) = finished.get(shown) {
                    show(report);
                    shown += 1;
                }
            }
        });
        Report::of(finished.into_iter().flatten().collect(), began.elapsed())
    }

    fn claim(&self, next: &AtomicUsize) -> Option<(usize, &Target)> {
        let index = next.fetch_add(1, Ordering::Relaxed);
        Some((index, self.targets.get(index)?))
    }

    fn threads(&self) -> usize {
        thread::available_parallelism().map_or(1, NonZero::get).min(AT_ONCE).min(self.targets.len())
    }
}
