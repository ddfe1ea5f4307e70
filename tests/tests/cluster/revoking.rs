//! Revoked at node A, refused at both gateways, while others work. Never a limit on a single time: a neighbour's noise
//! must not fail a build.

use std::time::Duration;

use witgate_tests::trial::load::{Load, Pace};
use witgate_tests::trial::revoking;
use witgate_tests::{Cluster, measured};

/// The promise; held by the median here.
const PROMISED: Duration = Duration::from_secs(1);

/// A light load: dev builds.
const PACE: Pace = Pace { askers: 2, refreshers: 1, every: Duration::from_millis(50) };

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_ends_at_one_node_is_refused_at_both_gateways() {
    let Some(cluster) = Cluster::start().await else { return };
    let sessions = revoking::sign_in(&cluster, 20).await;
    let load = Load::start(&cluster, PACE).await;
    let times = revoking::revoke(&cluster, &sessions).await;
    let done = load.finish().await;
    measured::tell(&format!("revoked at node A, refused at both gateways (dev build): {times}"));
    assert!(done.failures.is_empty(), "{:?}", done.failures);
    assert!(done.asked > 0 && done.refreshed > 0, "{done:?} is no load");
    let median = times.percentile(50);
    assert!(median < PROMISED, "{median:?}");
}
