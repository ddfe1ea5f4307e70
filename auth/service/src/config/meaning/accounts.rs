//! Sessions and passwords. Never takes a cheaper hash than OWASP recommends.

use super::files;
use crate::clock::UnixSeconds;
use crate::config::limits::{ABSOLUTE_DAYS, IDLE_DAYS, MIN_WORK_KIB};
use crate::config::passwords::PasswordsConfig;
use crate::config::sessions::SessionLimits;
use crate::config::written::{WrittenPasswords, WrittenSessions};
use std::path::Path;
use witgate_settings::fault::Faults;

const DAY_SECONDS: u64 = 86_400;

/// `[sessions]`. An idle limit that was not written is never above the absolute one.
pub(super) fn sessions(written: &WrittenSessions, faults: &mut Faults) -> SessionLimits {
    let absolute = written.absolute_days.map_or(ABSOLUTE_DAYS, |(days, _)| days);
    let idle = written.idle_days.map_or(IDLE_DAYS.min(absolute), |(days, _)| days);
    if let Some((_, place)) = written.idle_days.filter(|_| idle > absolute) {
        let message = format!("`idle-days` is {idle}, but a session ends after {absolute} days anyway");
        faults.push(place, message, "write at most the number of `absolute-days`");
    }
    SessionLimits { idle: seconds(idle), absolute: seconds(absolute) }
}

fn seconds(days: u64) -> UnixSeconds {
    UnixSeconds::try_from(days * DAY_SECONDS).unwrap_or(UnixSeconds::MAX)
}

/// `[passwords]`.
pub(super) fn passwords(folder: &Path, written: &WrittenPasswords, faults: &mut Faults) -> PasswordsConfig {
    if let Some(place) = written.span.filter(|_| written.memory_kib * written.passes < MIN_WORK_KIB) {
        let message = "passwords would be hashed too cheaply: `memory-kib` times `passes` is too small";
        let hint = format!("at least {MIN_WORK_KIB}, such as memory-kib = 19456 and passes = 2 (OWASP)");
        faults.push(place, message, hint);
    }
    let content = "SHA-1 hashes in hex, sorted, one a line";
    let breached = written.breached_file.as_ref();
    PasswordsConfig {
        min_chars: usize::try_from(written.min_length).unwrap_or(usize::MAX),
        breached_file: breached.and_then(|text| files::plain(folder, text, content, faults)),
        memory_kib: written.memory_kib,
        passes: written.passes,
        lanes: written.lanes,
    }
}
