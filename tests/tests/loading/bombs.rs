//! A component that costs too much to compile is refused with the limit it met. Never at the cost of a request.

use crate::bomb;
use crate::gateway::Home;

/// The least CPU time, so that the bomb is refused soon.
const LITTLE_TIME: &str = "compile = { cpu-seconds = 1 }";
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
