//! The cluster itself: it starts, survives a crash with its data, and leaves nothing behind. Never looks at the store.

use std::path::Path;

use witgate_ground::postgres::Postgres;

#[test]
fn a_cluster_keeps_its_data_over_a_crash_and_leaves_nothing_behind() {
    let Some(postgres) = Postgres::start() else { return };
    let database = postgres.database();
    database.sql("CREATE TABLE t (n INT); INSERT INTO t VALUES (7)");
    postgres.crash();
    assert!(database.try_sql("SELECT 1").is_err(), "it is down");
    postgres.resume();
    assert_eq!(database.sql("SELECT n FROM t"), "7");
    assert_eq!(database.sql("SHOW fsync"), "on");
    let folder = database.sql("SHOW unix_socket_directories");
    drop(database);
    drop(postgres);
    assert!(!Path::new(&folder).exists(), "the folder is gone");
}
