//! Compiled code is kept and found again, whatever happened to it in between. Never a component compiled twice in vain.

use std::fs;
use std::io::Write as _;

use witgate_tests::child::Running;
use witgate_tests::{arguments, deadline, programs};

use crate::gateway::{Home, SOON};

/// The digest at the end of each entry, in bytes.
const TRAILER: usize = 32;

/// Starts, and gives back how many components came out of the cache and how many were compiled.
async fn start(home: &Home) -> (u64, u64) {
    let gateway = home.start().await;
    assert_eq!(gateway.get("/stamped").await, 200);
    let line = gateway.loaded(1).await;
    let count = |key: &str| line[key].as_u64().expect("a number");
    (count("cached"), count("compiled"))
}

#[tokio::test]
async fn the_second_start_takes_what_the_first_one_compiled() {
    let home = Home::new("", "").await;
    assert_eq!(start(&home).await, (0, 1));
    assert_eq!(home.cached().len(), 1, "{:?}", home.cached());
    assert_eq!(start(&home).await, (1, 0));
    assert!(home.check().status.success());
}

#[tokio::test]
async fn a_damaged_entry_is_compiled_again() {
    let home = Home::new("", "").await;
    assert_eq!(start(&home).await, (0, 1));
    let entry = home.cached().remove(0);
    let whole = fs::read(&entry).expect("an entry");
    let mut rotten = whole.clone();
    rotten[whole.len() / 2] ^= 1;
    let damaged = [&whole[..whole.len() / 2], &rotten, b"", &whole[..whole.len() - TRAILER]];
    for (number, bytes) in damaged.into_iter().enumerate() {
        fs::remove_file(&entry).expect("an entry");
        write_private(&entry, bytes);
        assert_eq!(start(&home).await, (0, 1), "damage {number}");
        assert_eq!(fs::read(&entry).expect("an entry"), whole, "it is whole again after damage {number}");
    }
    assert_eq!(start(&home).await, (1, 0));
}

/// As if the gateway had been killed between two writes.
#[tokio::test]
async fn a_half_written_file_is_never_taken_for_an_entry() {
    let home = Home::new("", "").await;
    assert_eq!(start(&home).await, (0, 1));
    let entry = home.cached().remove(0);
    let whole = fs::read(&entry).expect("an entry");
    fs::remove_file(&entry).expect("an entry");
    write_private(&entry.with_extension("4711-0.tmp"), &whole[..whole.len() / 2]);
    assert_eq!(start(&home).await, (0, 1));
    assert_eq!(start(&home).await, (1, 0));
}

/// Killed as soon as the folder is there, and as soon as a file is in it.
#[tokio::test]
async fn a_gateway_killed_while_it_loads_leaves_a_cache_that_serves() {
    for wanted in ["a folder", "a file"] {
        let home = Home::new("", "").await;
        let mut gateway = Running::start("witgate", &arguments::gateway(), home.folder());
        let look = || {
            let found = home.path("cache").exists() && (wanted == "a folder" || !home.cached().is_empty());
            async move { found.then_some(()) }
        };
        deadline::until(SOON, wanted, look).await;
        gateway.kill().await;
        start(&home).await;
        assert_eq!(start(&home).await, (1, 0), "killed when there was {wanted}");
    }
}

#[tokio::test]
async fn a_cache_that_cannot_be_written_still_serves() {
    let home = Home::new("", "").await;
    let text = fs::read_to_string(home.path("gateway.toml")).expect("gateway.toml");
    fs::write(home.path("gateway.toml"), text.replace("cache = \"cache\"\n", "")).expect("written");
    let mut command = programs::command("witgate");
    command.args(["check", "--config", "gateway.toml"]).current_dir(home.folder());
    let output = command.env("XDG_CACHE_HOME", "/proc/nowhere").output().expect("witgate runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let output = command.env_remove("XDG_CACHE_HOME").env_remove("HOME").output().expect("witgate runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn write_private(path: &std::path::Path, bytes: &[u8]) {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = fs::File::options();
    let mut file = options.write(true).create_new(true).mode(0o600).open(path).expect("a new file");
    file.write_all(bytes).expect("written");
}
