//! A PostgreSQL that goes away and comes back. Never on the cluster that other tests share.

use std::time::Duration;

use witgate_auth::config::{DatabaseConfig, PostgresConfig};
use witgate_auth::store::{EndReason, Store, StoreError};
use witgate_ground::postgres::Postgres;

use super::people::{alice, at, candidate, revoke, rotate, session};
use super::place::{LIVES, reached_at};

/// How long a store may need to come back.
const DEADLINE: Duration = Duration::from_secs(20);

async fn until_ready(store: &Store) {
    let asking = async {
        while store.ready().await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(DEADLINE, asking).await.expect("ready again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_comes_back_with_its_database() {
    let Some(postgres) = Postgres::start() else { return };
    let database = postgres.database();
    let config = DatabaseConfig::Postgres(reached_at(database.url()));
    let store = Store::open(&config, LIVES).await.unwrap();
    let user = alice(&store).await;
    let (open, token) = session(&store, &user).await;
    let next = candidate();
    rotate(&store, token, next, 1).await;
    // Several connections are in the pool.
    let reads = (0..8).map(|_| store.feed_head());
    assert!(futures_util::future::join_all(reads).await.into_iter().all(|read| read.is_ok()));

    postgres.crash();
    assert!(store.ready().await.is_err(), "it is down, and says so");
    let refused = store.end_session(open.sid.clone(), None, EndReason::Logout, at(2)).await.unwrap_err();
    assert!(matches!(refused, StoreError::Unusable(_) | StoreError::Busy), "{refused:?}");

    postgres.resume();
    until_ready(&store).await;
    for _ in 0..8 {
        store.feed_head().await.expect("no dead connection is given out again");
    }
    assert!(matches!(rotate(&store, next.hash, candidate(), 3).await, witgate_auth::store::Rotation::Rotated(_)));
    wakes_again(&store, &Store::open(&config, LIVES).await.unwrap(), open.sid).await;
}

/// The listening connection comes back, too: `stirred` returns many times sooner than it would ask by itself. Three times
/// in a row, since the return of the connection wakes once.
async fn wakes_again(store: &Store, other: &Store, sid: String) {
    let woken = async {
        let mut in_a_row = 0;
        while in_a_row < 3 {
            let begun = std::time::Instant::now();
            tokio::join!(store.stirred(), revoke(other, &sid, "a token", 4));
            in_a_row = if begun.elapsed() < Duration::from_millis(100) { in_a_row + 1 } else { 0 };
        }
    };
    tokio::time::timeout(DEADLINE, woken).await.expect("woken again");
}

/// The server's process for the one connection is stopped, as on a machine that hangs: nothing closes, nothing answers.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_hangs_is_given_up_in_time() {
    let Some(postgres) = Postgres::start() else { return };
    let database = postgres.database();
    let config = DatabaseConfig::Postgres(PostgresConfig { connections: 1, ..reached_at(database.url()) });
    let store = Store::open(&config, LIVES).await.unwrap();
    let user = alice(&store).await;
    let worker =
        "SELECT pid FROM pg_stat_activity WHERE application_name = 'witgate-auth' AND query NOT LIKE 'LISTEN%'";
    let worker = database.sql(worker);
    signal("-STOP", &worker);
    let begun = std::time::Instant::now();
    let refused = store.set_password(user, "hash 2".into(), at(1)).await.unwrap_err();
    assert!(matches!(refused, StoreError::Busy), "{refused:?}");
    assert!(begun.elapsed() < DEADLINE, "in time");
    store.ready().await.expect("another connection works");
    signal("-CONT", &worker);
}

fn signal(name: &str, process: &str) {
    let sent = std::process::Command::new("kill").args([name, process]).status().unwrap();
    assert!(sent.success(), "kill {name} {process}");
}
