//! A component that costs too much to compile is refused with the limit it met. Never at the cost of a request.

use std::fs;
use std::path::Path;

use witgate_tests::deadline;

use crate::bomb;
use crate::gateway::{Home, SOON};

/// The least CPU time, so that the bomb is refused soon.
const LITTLE_TIME: &str = "compile = { cpu-seconds = 1 }";
/// Time and memory for longer than the test needs.
const MUCH: &str = "compile = { cpu-seconds = 120, memory-bytes = 2147483648 }";
/// The least memory, and time enough to use it up.
const LITTLE_MEMORY: &str = "compile = { cpu-seconds = 120, memory-bytes = 536870912 }";

#[tokio::test]
async fn a_bomb_is_refused_by_the_limit_it_meets_and_leaves_nothing() {
    let home = Home::new(LITTLE_TIME, "").await;
    let bomb = bomb::component();
    assert!(bomb.len() < 200_000, "it is small: {} bytes", bomb.len());
    home.put_component(&bomb);
    let said = home.refused();
    assert!(said.contains("plugin `stamp`: compiling it took more than cpu-seconds = 1"), "{said}");
    assert!(said.contains("raise `cpu-seconds` in [gateway.compile]"), "{said}");
    home.configure(LITTLE_MEMORY, "");
    let said = home.refused();
    assert!(said.contains("compiling it took more than memory-bytes = 536870912"), "{said}");
    assert_eq!(home.cached().len(), 0, "nothing of it is kept: {:?}", home.cached());
}

/// A stop must not wait for a compiler, nor leave it behind.
#[tokio::test]
async fn a_gateway_that_compiles_a_bomb_stops_at_once_and_takes_the_compiler_along() {
    let home = Home::new(MUCH, "").await;
    let mut gateway = home.start().await;
    home.put_component(&bomb::component());
    let gateway_id = gateway.process.id();
    let look = || async { compiler_of(gateway_id) };
    let compiler = deadline::until(SOON, "a compiling process", look).await.0;
    assert!(gateway.process.stop().await.success(), "{}", gateway.process.last_words());
    let gone = || async { (!Path::new(&format!("/proc/{compiler}")).exists()).then_some(()) };
    deadline::until(SOON, "the end of the compiler", gone).await;
}

/// The process that this gateway compiles in, while there is one.
fn compiler_of(gateway: u32) -> Option<String> {
    let tasks = fs::read_dir(format!("/proc/{gateway}/task")).expect("a running gateway");
    let children = tasks.flatten().filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
    let children: Vec<String> =
        children.flat_map(|line| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>()).collect();
    let compiles = |child: &String| {
        let command = fs::read_to_string(format!("/proc/{child}/cmdline")).unwrap_or_default();
        command.contains("compile-component")
    };
    children.into_iter().find(compiles)
}

#[tokio::test]
async fn while_a_bomb_is_compiled_other_requests_are_answered_and_the_generation_stays() {
    let home = Home::new(LITTLE_TIME, "").await;
    let gateway = home.start().await;
    home.put_component(&bomb::component());
    let serving = || async {
        assert_eq!(gateway.get("/plain").await, 200);
        assert_eq!(gateway.get("/stamped").await, 200, "the plugin in force goes on");
    };
    let reason = gateway.refusal("cpu-seconds", serving).await;
    assert!(reason.contains("plugin `stamp`"), "{reason}");
    serving().await;
    assert_eq!(gateway.generations().await["current"]["number"], 1, "{:?}", gateway.generations().await);
}
