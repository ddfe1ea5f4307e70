//! Bringing a PostgreSQL schema up to date. Never edits what a newer version of this program made.

use deadpool_postgres::ClientWrapper;

use super::super::error::StoreError;

/// Numbered from 1; the table `schema_version` holds the number of the last one applied. Never edit a released one.
pub(super) const MIGRATIONS: [&str; 4] = [
    include_str!("../migrations/postgres/0001_start.sql"),
    include_str!("../migrations/postgres/0004_upkeep.sql"),
    include_str!("../migrations/postgres/0006_revoked_names.sql"),
    include_str!("../migrations/postgres/0007_revoked_subjects.sql"),
];
/// The advisory lock of this work, so that nodes which start at once do it one after the other.
const LOCK: i64 = 0x7769_7467_6174_6501;

/// A migration may take longer than a verb, and so may the node that was faster.
const PATIENCE: &str = "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '120s'";

/// All missing migrations in one transaction, so that a failure leaves the old schema.
pub(super) async fn up_to_date(client: &mut ClientWrapper) -> Result<(), StoreError> {
    let transaction = client.transaction().await?;
    transaction.batch_execute(PATIENCE).await?;
    transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK]).await?;
    transaction.batch_execute("CREATE TABLE IF NOT EXISTS schema_version (number BIGINT NOT NULL)").await?;
    let found: i64 =
        transaction.query_one("SELECT coalesce(max(number), 0) FROM schema_version", &[]).await?.try_get(0)?;
    let known = MIGRATIONS.len() as i64;
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    for (number, sql) in (1_i64..).zip(MIGRATIONS).filter(|(number, _)| *number > found) {
        transaction.batch_execute(sql).await?;
        transaction.execute("INSERT INTO schema_version (number) VALUES ($1)", &[&number]).await?;
    }
    Ok(transaction.commit().await?)
}
