//! SIGKILL in the midst of work: no acknowledged session is lost, nothing that ended counts again. Never a clean stop.

use witgate_tests::trial::killing::{self, Aftermath};
use witgate_tests::{Cluster, Solo, measured};

/// Each takes about a second.
const ROUNDS: usize = 5;

fn judge(aftermath: &Aftermath) {
    assert_eq!((aftermath.lost.len(), aftermath.undead), (0, 0), "{aftermath:?}");
    assert!(aftermath.open > 0 && aftermath.ended > 0, "nothing was tried: {aftermath:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_on_sqlite_keeps_every_promise_across_kills() {
    let mut solo = Solo::start().await;
    let aftermath = killing::solo(&mut solo, ROUNDS).await;
    measured::tell(&format!("{ROUNDS} kills on SQLite: {} sessions open, {} ended", aftermath.open, aftermath.ended));
    judge(&aftermath);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_node_that_is_left_keeps_every_promise_of_the_other() {
    let Some(mut cluster) = Cluster::start().await else { return };
    let aftermath = killing::one_of_two(&mut cluster, 2).await;
    judge(&aftermath);
    let keys = "SELECT count(*) FROM signing_keys";
    assert_eq!(cluster.number(keys), 2, "the rotation that ran beside the kill is whole");
}
