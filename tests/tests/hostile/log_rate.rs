//! A flood of log lines that is made of many calls, each within its limits. Never a line that is neither written nor counted.

use std::time::Instant;

use witgate_tests::deadline::{self, PATIENCE};
use witgate_tests::trial::host::clients::Ask;
use witgate_tests::trial::host::ground::{self, Ground};

/// Lines of one plugin in one second.
const MOST: u64 = 20;
/// The lines that one such call writes.
const OF_A_CALL: u64 = 10;
/// Calls, one after the other: far more in a second than lines may be.
const CALLS: u64 = 200;

#[tokio::test]
async fn lines_beyond_the_rate_are_dropped_and_counted_and_calls_go_well() {
    let limits = format!("limits = {{ log-lines-per-second = {MOST} }}");
    let text = ground::plugin("drizzle", "authorizer", "guest_hostile_authorizer", &limits)
        + &ground::route("drizzle", &["drizzle"]);
    let ground = Ground::start(&text, &[]).await;
    let ask = Ask::of("drizzle.test").with("x-attack", "log-some");
    let began = Instant::now();
    for _ in 0..CALLS {
        assert_eq!(ground.ask(&ask).await.0, 200);
    }
    let seconds = began.elapsed().as_secs() + 2;
    let dropped = ground.gateway.metric("witgate_policy_log_lines_dropped_total{plugin=\"drizzle\"}").await;
    let written = || ground.gateway.log().matches("\"message\":\"drizzle\"").count() as u64;
    let all = async || (written() + dropped == CALLS * OF_A_CALL).then_some(());
    deadline::until(PATIENCE, "each line is written or counted", all).await;
    assert!(written() <= MOST * seconds, "{} lines in {seconds} s", written());
    assert!(dropped > 0, "{seconds} s are too long for this test");
    let told = async || ground.gateway.log().contains("writes more than log-lines-per-second = 20").then_some(());
    deadline::until(PATIENCE, "the operator is told", told).await;
}
