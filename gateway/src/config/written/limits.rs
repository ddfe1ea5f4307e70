//! The words of `[plugins.NAME.limits]`.
//!
//! Never lets a limit be switched off: every one has a least and a most. Of kept answers, the least is none.

use super::server::size;
use crate::config::limits::PluginLimits;
use std::time::Duration;
use witgate_settings::fault::Faults;
use witgate_settings::reader::Table;

/// The limits of a plugin; what is left out has its default.
pub(super) fn limits(plugin: &mut Table<'_>, faults: &mut Faults) -> PluginLimits {
    let usual = PluginLimits::default();
    let Some(mut table) = plugin.table("limits", faults) else { return usual };
    let limits = PluginLimits {
        cpu: milliseconds(&mut table, "cpu-ms", 10_000, usual.cpu, faults),
        wall: milliseconds(&mut table, "wall-ms", 60_000, usual.wall, faults),
        start_cpu: milliseconds(&mut table, "start-cpu-ms", 60_000, usual.start_cpu, faults),
        memory_bytes: size(table.number("memory-bytes", 65_536..=4 << 30, usual.memory_bytes as u64, faults)),
        table_elements: size(table.number("table-elements", 1..=10_000_000, usual.table_elements as u64, faults)),
        parts: size(table.number("instances", 1..=1000, usual.parts as u64, faults)),
        host_call_bytes: size(table.number("host-call-bytes", 4096..=1 << 30, usual.host_call_bytes as u64, faults)),
        log_lines: size(table.number("log-lines", 0..=10_000, usual.log_lines as u64, faults)),
        log_bytes: size(table.number("log-bytes", 0..=1 << 20, usual.log_bytes as u64, faults)),
        log_lines_per_second: table.number("log-lines-per-second", 0..=1_000_000, usual.log_lines_per_second, faults),
        returned_headers: size(table.number("returned-headers", 0..=1000, usual.returned_headers as u64, faults)),
        decision_cache_bytes: size(table.number(
            "decision-cache-bytes",
            0..=256 << 20,
            usual.decision_cache_bytes as u64,
            faults,
        )),
        returned_bytes: size(table.number("returned-bytes", 0..=1 << 20, usual.returned_bytes as u64, faults)),
    };
    table.finish(faults);
    limits
}

/// A time of at least one millisecond.
fn milliseconds(table: &mut Table<'_>, key: &'static str, most: u64, usual: Duration, faults: &mut Faults) -> Duration {
    let usual_ms = u64::try_from(usual.as_millis()).unwrap_or(most);
    Duration::from_millis(table.number(key, 1..=most, usual_ms, faults))
}
