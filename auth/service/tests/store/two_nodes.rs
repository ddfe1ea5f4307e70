//! Two nodes on one PostgreSQL: what they do at the same time has one order that both see. Never two processes: the
//! front door's tests do that.

use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use witgate_auth::store::{EndReason, FeedHead, Rotation, Store};

use super::people::{NOW, alice, at, candidate, rotate, session};
use super::place::Place;

/// Sessions that are ended at once.
const ENDED: usize = 200;
/// Wake-ups that are measured.
const MEASURED: usize = 41;
/// Less than the store's own asking, which is every 200 ms: only a wake-up is that fast.
const WOKEN_WITHIN: Duration = Duration::from_millis(100);

async fn two_stores() -> Option<(Place, [Store; 2])> {
    let place = Place::postgres()?;
    let stores = [place.open().await, place.open().await];
    Some((place, stores))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_32_that_present_one_token_one_rotates_and_the_rest_repeat_it() {
    let Some((place, stores)) = two_stores().await else { return };
    let user = alice(&stores[0]).await;
    for round in 0..5 {
        let (_, token) = session(&stores[0], &user).await;
        let mut tasks = JoinSet::new();
        for n in 0..32 {
            let (store, mine) = (stores[n % 2].clone(), candidate());
            tasks.spawn(async move { (mine, rotate(&store, token, mine, 1).await) });
        }
        let outcomes = tasks.join_all().await;
        let rotated: Vec<_> = outcomes.iter().filter(|(_, outcome)| matches!(outcome, Rotation::Rotated(_))).collect();
        let [&(winner, _)] = rotated[..] else { panic!("round {round}: {} rotated", rotated.len()) };
        let repeated = |outcome: &Rotation| matches!(outcome, Rotation::Repeated(_, salt) if *salt == winner.salt);
        let outcomes: Vec<_> = outcomes.into_iter().map(|(_, outcome)| outcome).collect();
        assert_eq!(outcomes.iter().filter(|outcome| repeated(outcome)).count(), 31, "{outcomes:?}");
        assert!(matches!(rotate(&stores[1], winner.hash, candidate(), 2).await, Rotation::Rotated(_)));
    }
    assert_eq!(place.number("SELECT count(*) FROM refresh_tokens WHERE spent_at IS NULL"), 5);
    assert_eq!(place.number("SELECT count(*) FROM sessions WHERE ended_at IS NULL"), 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_that_polls_all_the_time_never_misses_a_number() {
    let Some((_place, stores)) = two_stores().await else { return };
    let user = alice(&stores[0]).await;
    let mut sids = Vec::new();
    for _ in 0..ENDED {
        sids.push(session(&stores[0], &user).await.0.sid);
    }
    let head = stores[1].feed_head().await.unwrap();
    let reader = tokio::spawn(read_all(stores[1].clone(), head));
    let mut tasks = JoinSet::new();
    for (n, sid) in sids.iter().cloned().enumerate() {
        let store = stores[n % 2].clone();
        tasks.spawn(async move { store.end_session(sid, None, EndReason::Logout, at(1)).await.unwrap() });
    }
    assert!(tasks.join_all().await.iter().all(Option::is_some));
    let deadline = Duration::from_secs(30);
    let mut seen = tokio::time::timeout(deadline, reader).await.expect("all are read in time").unwrap();
    seen.sort_unstable();
    sids.sort_unstable();
    assert_eq!(seen, sids);
}

/// Follows the feed from `head` as a gateway does; the names of the next [`ENDED`] entries. Fails at a number that comes late.
async fn read_all(store: Store, FeedHead { epoch, mut seq }: FeedHead) -> Vec<String> {
    let mut names = Vec::new();
    while names.len() < ENDED {
        let page = store.feed_since(Some(FeedHead { epoch: epoch.clone(), seq }), NOW).await.unwrap();
        assert_eq!(page.after, Some(seq), "a delta");
        for entry in page.entries {
            seq += 1;
            assert_eq!(entry.seq, seq, "no number is left out");
            names.push(entry.name);
        }
        assert_eq!(page.cursor, seq);
    }
    names
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_other_node_is_woken_sooner_than_it_would_ask() {
    let Some((_place, [here, there])) = two_stores().await else { return };
    let user = alice(&here).await;
    let mut took = Vec::new();
    for _ in 0..MEASURED {
        let (open, _) = session(&here, &user).await;
        let head = there.feed_head().await.unwrap();
        let follower = tokio::spawn(follow(there.clone(), head));
        let ended = here.end_session(open.sid, None, EndReason::Logout, at(1));
        let begun = Instant::now();
        ended.await.unwrap();
        took.push(follower.await.unwrap().duration_since(begun));
    }
    took.sort_unstable();
    assert!(took[MEASURED / 2] < WOKEN_WITHIN, "{took:?}");
}

/// Waits for a change as the service does; when it was seen.
async fn follow(store: Store, head: FeedHead) -> Instant {
    while store.feed_head().await.unwrap() == head {
        store.stirred().await;
    }
    Instant::now()
}

/// Users, sessions and the feed are locked in one order, so that nothing waits in a circle.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_that_ends_sessions_works_at_once() {
    let Some((place, stores)) = two_stores().await else { return };
    let user = alice(&stores[0]).await;
    let mut sessions = Vec::new();
    for _ in 0..30 {
        sessions.push(session(&stores[0], &user).await);
    }
    let mut tasks = JoinSet::new();
    for (n, (open, token)) in sessions.into_iter().enumerate() {
        let (store, user) = (stores[n % 2].clone(), user.clone());
        tasks.spawn(async move {
            match n % 5 {
                0 => drop(store.end_sessions_of_user(user, None, EndReason::Revoked, at(1)).await.unwrap()),
                1 => drop(store.set_password(user, format!("hash {n}"), at(1)).await.unwrap()),
                2 => drop(store.end_session(open.sid, None, EndReason::Logout, at(1)).await.unwrap()),
                3 => drop(store.disable_user("alice".into(), at(1)).await.unwrap()),
                _ => drop(rotate(&store, token, candidate(), 1).await),
            }
        });
    }
    tasks.join_all().await;
    assert_eq!(place.number("SELECT count(*) FROM sessions WHERE ended_at IS NULL"), 0);
    assert_eq!(stores[0].feed_head().await.unwrap().seq, 30, "each was published once");
}
