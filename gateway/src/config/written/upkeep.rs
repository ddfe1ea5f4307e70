//! The words of `[plugins.NAME.breaker]` and `[plugins.NAME.recycle]`.
//!
//! Never lets a breaker or recycling be switched off: every number has a least and a most.

use super::server::size;
use crate::config::upkeep::{Breaker, Recycle};
use std::time::Duration;
use witgate_settings::fault::Faults;
use witgate_settings::reader::Table;

/// Longest window and longest open time, in milliseconds: one hour.
const MAX_MS: u64 = 3_600_000;

/// Oldest instance, in seconds: thirty days.
const MAX_AGE_SECONDS: u64 = 30 * 24 * 3600;

pub(super) fn breaker(plugin: &mut Table<'_>, faults: &mut Faults) -> Breaker {
    let usual = Breaker::default();
    let Some(mut table) = plugin.table("breaker", faults) else { return usual };
    let breaker = Breaker {
        faults: size(table.number("faults", 1..=1000, usual.faults as u64, faults)),
        window: milliseconds(&mut table, "window-ms", usual.window, faults),
        open: milliseconds(&mut table, "open-ms", usual.open, faults),
    };
    table.finish(faults);
    breaker
}

/// `most_memory` is what an instance may have, in bytes.
pub(super) fn recycle(plugin: &mut Table<'_>, most_memory: usize, faults: &mut Faults) -> Recycle {
    let usual = Recycle::usual(most_memory);
    let Some(mut table) = plugin.table("recycle", faults) else { return usual };
    let recycle = Recycle {
        calls: table.number("calls", 1..=1_000_000_000, usual.calls, faults),
        age: Duration::from_secs(table.number("age-seconds", 1..=MAX_AGE_SECONDS, usual.age.as_secs(), faults)),
        memory_bytes: size(table.number("memory-bytes", 1..=4 << 30, usual.memory_bytes as u64, faults)),
    };
    table.finish(faults);
    recycle
}

fn milliseconds(table: &mut Table<'_>, key: &'static str, usual: Duration, faults: &mut Faults) -> Duration {
    let usual_ms = u64::try_from(usual.as_millis()).unwrap_or(MAX_MS);
    Duration::from_millis(table.number(key, 1..=MAX_MS, usual_ms, faults))
}
