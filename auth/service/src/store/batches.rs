//! Removing many rows in bounded transactions, so that other writes pass between them. Never knows which rows.

use super::Store;
use super::error::StoreError;
use super::value::values;
use crate::clock::UnixSeconds;

/// Most rows that one transaction removes.
pub(super) const BATCH: i64 = 1000;

impl Store {
    /// Removes what a statement finds, `$1` being a time and `$2` the most rows; how many.
    pub(super) async fn remove_where(&self, sql: &'static str, until: UnixSeconds) -> Result<u64, StoreError> {
        let batch = || self.write(move |tx| Box::pin(async move { tx.execute(sql, values![until, BATCH]).await }));
        all(batch).await
    }
}

/// One batch after another, until one was not full; how many rows.
pub(super) async fn all<F>(mut batch: impl FnMut() -> F) -> Result<u64, StoreError>
where
    F: Future<Output = Result<u64, StoreError>>,
{
    let mut removed = 0;
    loop {
        let rows = batch().await?;
        removed += rows;
        if rows < BATCH.unsigned_abs() {
            return Ok(removed);
        }
    }
}
