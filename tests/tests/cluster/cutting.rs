//! A gateway that was cut off catches up by itself. Never for as long as a feed's word counts: the benchmark has a minute.

use std::time::Duration;

use witgate_tests::deadline::PATIENCE;
use witgate_tests::trial::cutting;
use witgate_tests::{Cluster, measured};

/// How long it is cut off.
const SPAN: Duration = Duration::from_secs(3);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gateway_that_was_cut_off_catches_up_without_a_gap() {
    let Some(cluster) = Cluster::start().await else { return };
    let back = cutting::cut_off(&cluster, SPAN, 10).await;
    measured::tell(&format!(
        "cut off for {SPAN:?}: {} revocations were made up for in {:?}",
        back.missed, back.caught_up
    ));
    assert_eq!(back.in_the_dark, 200, "it cannot know while it is cut off: else nothing was cut");
    assert_eq!(back.of_the_living, 200);
    assert!(back.caught_up < PATIENCE, "{back:?}");
}
