//! The words about users: `[sessions]` and `[passwords]`. Never relates them.

use super::small;
use crate::config::limits::{
    ABSOLUTE_DAYS, IDLE_DAYS, LANES, LEAST_MIN_LENGTH, MAX_LANES, MAX_MEMORY_KIB, MAX_PASSES, MAX_SESSION_DAYS,
    MEMORY_KIB, MIN_MEMORY_KIB, MOST_MIN_LENGTH, PASSES,
};
use toml::Spanned;
use witgate_settings::fault::{Faults, Span};
use witgate_settings::reader::Table;

/// `[sessions]`, with the place of each number that was written.
#[derive(Default)]
pub(in crate::config) struct WrittenSessions {
    pub(in crate::config) idle_days: Option<(u64, Span)>,
    pub(in crate::config) absolute_days: Option<(u64, Span)>,
}

/// `[passwords]`.
pub(in crate::config) struct WrittenPasswords {
    pub(in crate::config) span: Option<Span>,
    pub(in crate::config) min_length: u64,
    pub(in crate::config) breached_file: Option<Spanned<String>>,
    pub(in crate::config) memory_kib: u32,
    pub(in crate::config) passes: u32,
    pub(in crate::config) lanes: u32,
}

pub(super) fn sessions(file: &mut Table<'_>, faults: &mut Faults) -> WrittenSessions {
    let Some(mut table) = file.table("sessions", faults) else { return WrittenSessions::default() };
    let written = WrittenSessions {
        idle_days: days(&mut table, "idle-days", IDLE_DAYS, faults),
        absolute_days: days(&mut table, "absolute-days", ABSOLUTE_DAYS, faults),
    };
    table.finish(faults);
    written
}

fn days(table: &mut Table<'_>, key: &'static str, usual: u64, faults: &mut Faults) -> Option<(u64, Span)> {
    let number = table.number(key, 1..=MAX_SESSION_DAYS, usual, faults);
    table.place_of(key).map(|place| (number, place))
}

pub(super) fn passwords(file: &mut Table<'_>, faults: &mut Faults) -> WrittenPasswords {
    let mut written = WrittenPasswords {
        span: None,
        min_length: LEAST_MIN_LENGTH,
        breached_file: None,
        memory_kib: MEMORY_KIB,
        passes: PASSES,
        lanes: LANES,
    };
    let Some(mut table) = file.table("passwords", faults) else { return written };
    written.span = Some(table.span());
    written.min_length = table.number("min-length", LEAST_MIN_LENGTH..=MOST_MIN_LENGTH, LEAST_MIN_LENGTH, faults);
    written.breached_file = table.string("breached-file", faults);
    written.memory_kib = small(&mut table, "memory-kib", MIN_MEMORY_KIB..=MAX_MEMORY_KIB, MEMORY_KIB, faults);
    written.passes = small(&mut table, "passes", 1..=MAX_PASSES, PASSES, faults);
    written.lanes = small(&mut table, "lanes", 1..=MAX_LANES, LANES, faults);
    table.finish(faults);
    written
}
