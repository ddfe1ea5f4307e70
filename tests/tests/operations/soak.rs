//! Many reloads under load: nothing fails, nothing leaks. `WITGATE_RELOADS=1000` makes it a trial, which judges
//! memory as well. Times are told, never judged.

use std::fs;

use witgate_tests::component::{Delivery, deliver, with_revision};
use witgate_tests::{deadline, measured, programs};

use crate::clients::{Clients, p99};
use crate::gate::{Gate, SOON, route};

/// Says how many reloads there are.
const VARIABLE: &str = "WITGATE_RELOADS";
/// So many where nobody says it.
const USUAL: u64 = 50;
/// From so many on memory is judged: before, it is still finding its size.
const ENOUGH_FOR_MEMORY: u64 = 500;
/// After so many reloads memory, descriptors and threads are taken as usual; of few reloads, a fifth.
const SETTLED_AFTER: u64 = 100;
/// The component changes this often; its compilation takes most of such a reload.
const COMPONENT_EVERY: u64 = 10;

/// Memory is read after this many reloads in a row, and the least counts: a reload reads files and may start a compiler.
const READINGS: u64 = 20;

/// The most memory at the end, of what it was after the first reloads.
const MOST_PERCENT: u64 = 105;

/// The plugins of a usual gateway, and one that changes.
const PLUGINS: &str = r#"
[plugins.jwt]
world = "authenticator"
file = "plugins/jwt_policy.wasm"
config = { profiles = ["main"] }
[plugins.authz]
world = "authorizer"
file = "plugins/claims_authz.wasm"
config = { rules = [] }
[plugins.route]
world = "router"
file = "plugins/claim_router.wasm"
[plugins.stamp]
world = "filter"
file = "plugins/header_stamp.wasm"
[plugins.revision]
world = "authorizer"
file = "plugins/guest_revision.wasm"
"#;

/// What a process holds.
#[derive(Debug, Clone, Copy)]
struct Held {
    resident_kib: u64,
    descriptors: usize,
    threads: usize,
}

fn held(process: u32) -> Held {
    let folder = std::path::PathBuf::from(format!("/proc/{process}"));
    let status = fs::read_to_string(folder.join("status")).expect("a process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("its memory");
    let resident_kib = line.trim().trim_end_matches(" kB").trim().parse().expect("a number");
    let count = |name| fs::read_dir(folder.join(name)).expect("a folder").count();
    Held { resident_kib, descriptors: count("fd"), threads: count("task") }
}

fn least(before: Option<Held>, now: Held) -> Held {
    let Some(before) = before else { return now };
    Held {
        resident_kib: before.resident_kib.min(now.resident_kib),
        descriptors: before.descriptors.min(now.descriptors),
        threads: before.threads.min(now.threads),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reloads_under_load_fail_nothing_and_leak_nothing() {
    let reloads = std::env::var(VARIABLE).ok().and_then(|text| text.parse().ok()).unwrap_or(USUAL);
    let gate = Gate::start(PLUGINS).await;
    let component = fs::read(programs::component("guest_revision")).expect("the guest");
    let path = gate.folder.path().join("plugins/guest_revision.wasm");
    let clients = Clients::start(&gate.url, 4, 4);
    let settled_after = SETTLED_AFTER.min(reloads / 5);
    let (mut settled, mut end) = (None, None);
    for round in 1..=reloads {
        if round % COMPONENT_EVERY == 0 {
            deliver(&path, &with_revision(&component, round), Delivery::Rename);
        }
        gate.write(&format!("{PLUGINS}{}", route("round", &format!("/round-{round}"))));
        // The watcher may have been faster; then the order finds nothing new.
        let (status, document) = gate.order("reload").await;
        assert_eq!(status, 200, "{document}");
        if round % COMPONENT_EVERY == 0 {
            clients.swapped();
            clients.calm().await;
        }
        assert!(gate.serves(&format!("/round-{round}")).await, "round {round}: {document}");
        if round <= settled_after && round + READINGS > settled_after {
            settled = Some(least(settled, held(gate.process.id())));
        }
        if round + READINGS > reloads {
            end = Some(least(end, held(gate.process.id())));
        }
    }
    let (settled, end) = (settled.expect("some reloads"), end.expect("some reloads"));
    let mut outcome = clients.finish().await;
    let alone = || async { (gate.generations().await["generations"].as_array()?.len() == 1).then_some(()) };
    deadline::until(SOON, "one live generation", alone).await;
    let (first, steady) = (p99(&mut outcome.first), p99(&mut outcome.steady));
    measured::tell(&format!(
        "{reloads} reloads under {} requests, {} failed; p99 of the first 100 after a swap {first} us, steady {steady} us",
        outcome.answered,
        outcome.failures.len()
    ));
    measured::tell(&format!("after {settled_after} reloads {settled:?}; at the end {end:?}"));
    assert!(outcome.failures.is_empty(), "{:?}", outcome.failures);
    let connections = 64;
    assert!(end.descriptors <= settled.descriptors + connections, "{settled:?}, then {end:?}");
    assert!(end.threads <= settled.threads + 2, "{settled:?}, then {end:?}");
    if reloads >= ENOUGH_FOR_MEMORY {
        assert!(end.resident_kib * 100 <= settled.resident_kib * MOST_PERCENT, "{settled:?}, then {end:?}");
    }
}
