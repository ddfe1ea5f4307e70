//! What a verb may do inside a transaction, the same for both databases. Verbs are written once, against this trait.
//! Never begins or ends a transaction: that is the database's part.
//!
//! The SQL is what both understand: `$1`, `$2` for values, `ON CONFLICT`, `RETURNING`, and at the end of a SELECT
//! `FOR UPDATE`, which SQLite does without, since it has one writer. So it does without `OVERRIDING SYSTEM VALUE`.

use std::pin::Pin;

use super::error::StoreError;
use super::value::{Row, Value};

/// What comes back from a statement or a verb.
pub type Answer<'t, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 't>>;

/// One open transaction.
pub trait Statements: Send {
    /// The rows of a query, or of a change with RETURNING.
    fn query<'t>(&'t mut self, sql: &'static str, values: &'t [Value]) -> Answer<'t, Vec<Row>>;

    /// How many rows were changed.
    fn execute<'t>(&'t mut self, sql: &'static str, values: &'t [Value]) -> Answer<'t, u64>;

    /// Wakes those who follow revocations and keys, on this node and on others, once the transaction is committed.
    /// Only a wake-up: whoever misses it finds out by asking.
    fn announce(&mut self) -> Answer<'_, ()>;

    /// After rows of the audit log came with ids of their own: the next row gets a greater one.
    fn continue_ids(&mut self) -> Answer<'_, ()>;
}

/// A transaction as verbs take it.
pub type Tx<'t> = dyn Statements + 't;

/// The first row, if there is one.
pub(super) async fn first(tx: &mut Tx<'_>, sql: &'static str, values: &[Value]) -> Result<Option<Row>, StoreError> {
    Ok(tx.query(sql, values).await?.into_iter().next())
}

/// The first column of the one row that there must be.
pub(super) async fn number(tx: &mut Tx<'_>, sql: &'static str, values: &[Value]) -> Result<i64, StoreError> {
    let row = first(tx, sql, values).await?;
    row.ok_or_else(|| StoreError::Failed("a row that must be there is missing".into()))?.take(0)
}
