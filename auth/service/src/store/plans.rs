//! What is asked at each request finds its rows by an index: the databases' own plans say so. Never compares times.

use super::Store;
use super::revocations::LAST_REVOKED;
use super::sessions::{BY_SID_OF_USER, LAST_USED_OF_USER};
use super::value::{Value, values};
use crate::config::{DatabaseConfig, PostgresConfig, SessionLimits};

/// Of few rows PostgreSQL would rather read all. It sees through a user that may be named or not; SQLite does not.
const FILL: &str = "
    INSERT INTO users (id, name, password_hash, roles, tenant, created_at)
        SELECT i, i, '', '[]', 't', 0 FROM generate_series(1, 500) i;
    INSERT INTO sessions (sid, user_id, created_at, last_used_at)
        SELECT i, 1 + i % 500, 9, 9 FROM generate_series(1, 20000) i;
    INSERT INTO revocations (seq, kind, name, at) SELECT i, 'token', i, 9 FROM generate_series(1, 20000) i;
    ANALYZE users, sessions, revocations";

/// One line for each step. `prefix` asks the database for its plan, which is in this column.
async fn plan(store: &Store, prefix: &str, sql: &'static str, values: &[Value], column: usize) -> String {
    let (explained, values) = (String::leak(format!("{prefix} {sql}")), values.to_vec());
    let plan = store.read(move |tx| {
        Box::pin(async move {
            let rows = tx.query(explained, &values).await?;
            rows.into_iter().map(|mut row| row.take::<String>(column)).collect::<Result<Vec<_>, _>>()
        })
    });
    plan.await.expect("a plan").join("\n")
}

/// The statements with values that fit, and the conditions that an index must serve, as either database writes them.
fn asked() -> [(&'static str, Vec<Value>, &'static str, &'static [&'static str]); 3] {
    let user = "sessions_open_of_user";
    [
        (LAST_USED_OF_USER, values![1, 2, 3, "u"].to_vec(), user, &["user_id"]),
        (BY_SID_OF_USER, values![1, 2, 3, "", "u"].to_vec(), user, &["user_id"]),
        (LAST_REVOKED, values!["token", "t"].to_vec(), "revocations_of_name", &["kind", "name"]),
    ]
}

async fn opened(database: &DatabaseConfig) -> Store {
    Store::open(database, SessionLimits { idle: 1, absolute: 1 }).await.expect("it opens")
}

#[tokio::test]
async fn sqlite_looks_up_by_an_index() {
    let temp = tempfile::tempdir().unwrap();
    let store = opened(&DatabaseConfig::Sqlite(temp.path().join("auth.sqlite"))).await;
    for (sql, values, index, columns) in asked() {
        let plan = plan(&store, "EXPLAIN QUERY PLAN", sql, &values, 3).await;
        let terms: Vec<String> = columns.iter().map(|column| format!("{column}=?")).collect();
        let found = plan.contains(&format!("INDEX {index} ({}", terms.join(" AND ")));
        assert!(found && !plan.contains("SCAN"), "{sql}\n{plan}");
    }
}

#[tokio::test]
async fn postgres_looks_up_by_an_index() {
    let Some(cluster) = witgate_ground::postgres::shared() else { return };
    let database = cluster.database();
    let config = PostgresConfig { url: database.url(), password_file: None, connections: 4, tls: false };
    let store = opened(&DatabaseConfig::Postgres(config)).await;
    database.sql(FILL);
    for (sql, values, index, columns) in asked() {
        let plan = plan(&store, "EXPLAIN", sql, &values, 0).await;
        let by_index = plan.lines().skip_while(|line| !line.contains(index)).find(|line| line.contains("Index Cond"));
        let found = by_index.is_some_and(|line| columns.iter().all(|column| line.contains(&format!("({column} ="))));
        assert!(found, "{sql}\n{plan}");
    }
}
