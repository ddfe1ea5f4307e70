//! Every way in which files change under a gateway: each ends in the right generation, and makes one. Never two.

use std::fs;
use std::os::unix::fs::symlink;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::time::{MissedTickBehavior, interval, sleep};
use witgate_tests::component::{Delivery, deliver, with_revision};
use witgate_tests::deadline::until;
use witgate_tests::programs;

use crate::gate::{Gate, SOON, route};

/// How long a slow writer leaves a file empty.
const EMPTY_FOR: Duration = Duration::from_millis(15);
/// A storm: so many writes, so far apart.
const STORM: (u64, Duration) = (100, Duration::from_millis(10));
/// Writes with such a pause may pass for two changes: the gateway waits for 75 ms of silence.
const PAUSE: Duration = Duration::from_millis(50);
/// So often it is tried where the machine makes pauses.
const ATTEMPTS: u32 = 20;
/// So often a component and its configuration change together.
const TOGETHER: usize = 3;

#[tokio::test]
async fn a_config_maps_volume_is_swapped_through_its_link() {
    let folder = tempfile::tempdir().expect("a folder");
    let gate = Gate::start_in(folder, &route("one", "/one"), |folder, text| {
        fs::create_dir(folder.join("..v1")).expect("a folder");
        fs::write(folder.join("..v1/gateway.toml"), text).expect("written");
        symlink("..v1", folder.join("..data")).expect("a link");
        symlink("..data/gateway.toml", folder.join("gateway.toml")).expect("a link");
    })
    .await;
    let folder = gate.folder.path();
    for (number, (old, new)) in [("..v1", "..v2"), ("..v2", "..v3")].into_iter().enumerate() {
        fs::create_dir(folder.join(new)).expect("a folder");
        let text = gate.text(&route("next", &format!("/next-{number}")));
        fs::write(folder.join(new).join("gateway.toml"), text).expect("written");
        symlink(new, folder.join("..data_tmp")).expect("a link");
        fs::rename(folder.join("..data_tmp"), folder.join("..data")).expect("swapped");
        fs::remove_dir_all(folder.join(old)).expect("removed");
        gate.settles_at(number as u64 + 2).await;
        assert!(gate.serves(&format!("/next-{number}")).await);
    }
    assert_eq!(gate.refusals().await, 0);
}

#[tokio::test]
async fn an_editor_renames_and_a_writer_truncates() {
    let gate = Gate::start("").await;
    gate.write(&route("renamed", "/renamed"));
    gate.settles_at(2).await;
    assert!(gate.serves("/renamed").await);
    for attempt in 0..ATTEMPTS {
        let path = format!("/slow-{attempt}");
        let text = gate.text(&route("slow", &path));
        let (generation, refusals) = (gate.generation().await, gate.refusals().await);
        let began = Instant::now();
        fs::write(gate.path(), "").expect("truncated");
        sleep(EMPTY_FOR).await;
        fs::write(gate.path(), text).expect("written");
        let took = began.elapsed();
        in_force(&gate, &path).await;
        if took < PAUSE {
            gate.settles_at(generation + 1).await;
            assert_eq!(gate.refusals().await, refusals, "an empty file that is complete a moment later is no attempt");
            return;
        }
    }
    too_busy();
}

/// Waits for what was written last, also where a pause made two changes of it.
async fn in_force(gate: &Gate, path: &str) {
    until(SOON, &format!("{path} in force"), async || gate.serves(path).await.then_some(())).await;
}

/// A pause says nothing about the gateway, and neither may a test that met nothing else.
fn too_busy() -> ! {
    panic!("this machine is too busy: {ATTEMPTS} attempts had a pause of {PAUSE:?}");
}

#[tokio::test]
async fn a_storm_of_writes_is_one_generation() {
    let gate = Gate::start("").await;
    for attempt in 0..ATTEMPTS {
        let before = gate.generation().await;
        let was_storm = storm(&gate, attempt).await;
        in_force(&gate, &format!("/storm-{attempt}-{}", STORM.0 - 1)).await;
        if was_storm {
            gate.settles_at(before + 1).await;
            assert_eq!(gate.refusals().await, 0);
            return;
        }
    }
    too_busy();
}

/// Writes again and again. False when there was a pause that could pass for the end.
async fn storm(gate: &Gate, attempt: u32) -> bool {
    let mut pace = interval(STORM.1);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut written, mut longest) = (Instant::now(), Duration::ZERO);
    for write in 0..STORM.0 {
        pace.tick().await;
        gate.write(&route("storm", &format!("/storm-{attempt}-{write}")));
        longest = longest.max(written.elapsed());
        written = Instant::now();
    }
    longest < PAUSE
}

#[tokio::test]
async fn a_file_that_goes_or_cannot_be_read_changes_nothing_until_it_is_back() {
    let gate = Gate::start("").await;
    let good = fs::read(gate.path()).expect("the file");
    fs::remove_file(gate.path()).expect("removed");
    gate.refused("cannot read").await;
    assert!(gate.serves("/always").await);
    deliver(&gate.path(), &good, Delivery::Rename);
    let forgotten = async || gate.generations().await["last_refusal"].is_null().then_some(());
    until(SOON, "the refusal to be history", forgotten).await;
    gate.settles_at(1).await;
    // Whoever runs as root reads every file, so a link to itself stands for one that cannot be read.
    symlink("gateway.toml", gate.folder.path().join("loop")).expect("a link");
    fs::rename(gate.folder.path().join("loop"), gate.path()).expect("renamed");
    gate.refused("cannot read").await;
    gate.write(&route("back", "/back"));
    gate.settles_at(2).await;
    assert!(gate.serves("/back").await);
    assert_eq!(gate.refusals().await, 2, "each loss was tried once");
}

#[tokio::test]
async fn a_component_and_its_configuration_change_together() {
    const PLUGIN: &str = "[plugins.revision]\nworld = \"authorizer\"\nfile = \"plugins/guest_revision.wasm\"\n";
    let gate = Gate::start(PLUGIN).await;
    let component = fs::read(programs::component("guest_revision")).expect("the guest");
    let path = gate.folder.path().join("plugins/guest_revision.wasm");
    let mut together = 0;
    for attempt in 1..=ATTEMPTS {
        let before = gate.generations().await["current"].clone();
        let component = with_revision(&component, u64::from(attempt));
        let served = format!("/round-{attempt}");
        let began = Instant::now();
        deliver(&path, &component, Delivery::Rename);
        gate.write(&format!("{PLUGIN}{}", route("round", &served)));
        let took = began.elapsed();
        in_force(&gate, &served).await;
        if took < PAUSE {
            gate.settles_at(before["number"].as_u64().expect("a number") + 1).await;
            let digest = |current: &Value| current["plugins"][0]["digest"].clone();
            assert_ne!(digest(&gate.generations().await["current"]), digest(&before), "both changed");
            together += 1;
        }
        if together == TOGETHER {
            assert_eq!(gate.refusals().await, 0);
            return;
        }
    }
    too_busy();
}
