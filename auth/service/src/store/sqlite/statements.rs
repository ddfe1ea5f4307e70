//! Verbs on SQLite: each statement is done at once, on the thread that holds the connection. Never waits: a verb that
//! waits for anything else is a bug, and fails.

use std::future::ready;

use futures_util::FutureExt as _;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ToSql, params_from_iter};

use super::super::error::StoreError;
use super::super::statements::{Answer, Statements, Tx};
use super::super::value::{Row, Value};

/// A connection with an open transaction.
struct SqliteTx<'c> {
    connection: &'c mut Connection,
    announced: bool,
}

/// Runs a verb to its end; what it gives, and whether it announced a change.
pub(super) fn run<T>(
    connection: &mut Connection,
    verb: impl for<'t> FnOnce(&'t mut Tx<'t>) -> Answer<'t, T>,
) -> Result<(T, bool), StoreError> {
    let waited = || Err(StoreError::Failed("a verb waited for something else than its database".into()));
    let mut tx = SqliteTx { connection, announced: false };
    let done = verb(&mut tx).now_or_never().unwrap_or_else(waited)?;
    Ok((done, tx.announced))
}

impl Statements for SqliteTx<'_> {
    fn query<'t>(&'t mut self, sql: &'static str, values: &'t [Value]) -> Answer<'t, Vec<Row>> {
        Box::pin(ready(query(self.connection, sql, values)))
    }

    fn execute<'t>(&'t mut self, sql: &'static str, values: &'t [Value]) -> Answer<'t, u64> {
        Box::pin(ready(execute(self.connection, sql, values)))
    }

    /// The writer wakes this process after COMMIT; another process that has the file open finds out by asking.
    fn announce(&mut self) -> Answer<'_, ()> {
        self.announced = true;
        Box::pin(ready(Ok(())))
    }

    /// SQLite looks at the greatest one itself.
    fn continue_ids(&mut self) -> Answer<'_, ()> {
        Box::pin(ready(Ok(())))
    }
}

fn query(connection: &Connection, sql: &str, values: &[Value]) -> Result<Vec<Row>, StoreError> {
    let mut statement = connection.prepare_cached(&in_sqlite(sql))?;
    let columns = statement.column_count();
    let read = |row: &rusqlite::Row<'_>| {
        let values: rusqlite::Result<Vec<Value>> = (0..columns).map(|column| value(row.get_ref(column)?)).collect();
        Ok(Row(values?))
    };
    Ok(statement.query_map(params_from_iter(values), read)?.collect::<rusqlite::Result<_>>()?)
}

fn execute(connection: &Connection, sql: &str, values: &[Value]) -> Result<u64, StoreError> {
    let changed = connection.prepare_cached(&in_sqlite(sql))?.execute(params_from_iter(values))?;
    Ok(u64::try_from(changed).unwrap_or(u64::MAX))
}

/// `$1` is `?1`, the one writer needs no row locks, and ids are nobody's alone to give.
fn in_sqlite(sql: &str) -> String {
    sql.replace('$', "?").replace(" FOR UPDATE", "").replace(" OVERRIDING SYSTEM VALUE", "")
}

fn value(stored: ValueRef<'_>) -> rusqlite::Result<Value> {
    Ok(match stored {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Int(number),
        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Value::Bytes(bytes.to_vec()),
        ValueRef::Real(_) => return Err(rusqlite::Error::IntegralValueOutOfRange(0, 0)),
    })
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Int(number) => ValueRef::Integer(*number),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}
