//! How many files and sockets the process may have open, and how many clients fit into that.
//!
//! Never lets clients take the descriptors that upstreams, keys and reloads need.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Descriptors for files, fetched keys and the admin listener.
const RESERVED: u64 = 256;
/// A worker's timers, listeners, and those connections that wait for a place.
const FOR_EACH_WORKER: u64 = 16;
/// A client's own, and that of the upstream which answers it.
const FOR_EACH_CLIENT: u64 = 2;

/// How many of so many clients fit, after the process has allowed itself as many descriptors as it may. Says so where not all do.
pub(super) fn room_for(clients: usize, workers: usize) -> usize {
    let reserved = RESERVED + FOR_EACH_WORKER * workers as u64;
    let most = raise().map_or(clients, |limit| fitting(clients, reserved, limit));
    if most < clients {
        let needed = reserved + FOR_EACH_CLIENT * clients as u64;
        tracing::warn!(
            most,
            clients,
            needed,
            "too few descriptors for limits.connections: raise the hard limit (ulimit -Hn, LimitNOFILE=)"
        );
    }
    most
}

/// Raises the soft limit to the hard one (getrlimit(2)). None when there is no limit.
fn raise() -> Option<u64> {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current == maximum || setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).is_ok() {
        return maximum;
    }
    current
}

fn fitting(clients: usize, reserved: u64, limit: u64) -> usize {
    let most = limit.saturating_sub(reserved) / FOR_EACH_CLIENT;
    // Of few descriptors half may be had, so that somebody is served.
    let most = most.max(limit / 4);
    usize::try_from(most).map_or(clients, |most| most.clamp(1, clients))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_leave_descriptors_for_the_rest() {
        let fitting = |clients, limit| fitting(clients, RESERVED, limit);
        assert_eq!(fitting(10_000, 1_048_576), 10_000);
        assert_eq!(fitting(10_000, 20_256), 10_000);
        assert_eq!(fitting(10_000, 1024), 384);
        assert_eq!(fitting(10_000, 256), 64);
        assert_eq!((fitting(100, 1024), fitting(1, 1), fitting(10, 0)), (100, 1, 1));
    }
}
