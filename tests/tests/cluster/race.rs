//! 32 clients of one session refresh at both nodes at once. Never two successors of one token.

use witgate_tests::trial::race::{self, Race};
use witgate_tests::{Cluster, measured};

/// 384 refreshes.
const RACE: Race = Race { families: 2, rounds: 6, clients: 32 };

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_token_is_spent_twice_at_two_nodes() {
    let Some(cluster) = Cluster::start().await else { return };
    let finish = race::run(&cluster.callers(), RACE).await;
    measured::tell(&format!("a race of 32 clients at two nodes (dev build): {}", finish.times));
    assert_eq!((finish.double_spent, finish.ended, finish.undead), (0, 0, 0), "{finish:?}");
    if finish.late > 0 {
        // Only where ten seconds are too short for 64 refreshes.
        return measured::tell(&format!("{} families were too slow for the race: {:?}", finish.late, finish.refused));
    }
    assert_eq!(finish.granted, RACE.families * RACE.rounds * RACE.clients);
    let tokens = "SELECT count(*) FROM refresh_tokens";
    assert_eq!(cluster.number(tokens), (RACE.families * (RACE.rounds + 1)) as u64, "one row for each successor");
    let good = "SELECT count(*) FROM refresh_tokens WHERE spent_at IS NULL";
    assert_eq!(cluster.number(good), RACE.families as u64, "one unspent token of each family");
    let open = "SELECT count(*) FROM sessions WHERE ended_at IS NULL";
    assert_eq!(cluster.number(open), 0, "a token used again ended each family");
}
