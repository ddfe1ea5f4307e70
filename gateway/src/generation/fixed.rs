//! What a running process cannot change.
//!
//! Never changes it after all: such a reload is refused, and says that a restart would do.

use crate::config::{Config, Draft};

/// Notes what a running process cannot change.
pub(super) fn check(before: &Config, draft: &mut Draft) {
    let after = draft.config();
    let changed = [
        (before.listeners != after.listeners, "`listeners` cannot change while witgate runs"),
        (before.admin != after.admin, "`admin.address` cannot change while witgate runs"),
        (before.takeover_socket != after.takeover_socket, "`gateway.takeover-socket` cannot change while witgate runs"),
        (before.threads != after.threads, "`gateway.threads` cannot change while witgate runs"),
        (
            before.limits.connections != after.limits.connections,
            "`limits.connections` cannot change while witgate runs",
        ),
    ];
    for (_, message) in changed.iter().filter(|(changed, _)| *changed) {
        draft.faults().push_whole(*message, "restart witgate for this change, or put the old value back");
    }
}
