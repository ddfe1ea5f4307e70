//! Verbs on PostgreSQL. Never builds SQL from values: they travel beside it.

use std::error::Error;

use bytes::{BufMut as _, BytesMut};
use deadpool_postgres::Transaction;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

use super::super::error::StoreError;
use super::super::statements::{Answer, Statements};
use super::super::value::{Row, Value};

/// The channel of wake-ups.
pub(super) const CHANNEL: &str = "witgate_auth";

/// An open transaction.
pub(super) struct PostgresTx<'c>(pub(super) Transaction<'c>);

impl Statements for PostgresTx<'_> {
    fn query<'t>(&'t mut self, sql: &'static str, values: &'t [Value]) -> Answer<'t, Vec<Row>> {
        Box::pin(async move {
            if sql.starts_with("SELECT") && values.iter().any(cannot_be_stored) {
                return Ok(Vec::new());
            }
            let statement = self.0.prepare_cached(sql).await?;
            let rows = self.0.query(&statement, &borrowed(values)).await?;
            rows.iter().map(row).collect()
        })
    }

    fn execute<'t>(&'t mut self, sql: &'static str, values: &'t [Value]) -> Answer<'t, u64> {
        Box::pin(async move {
            let statement = self.0.prepare_cached(sql).await?;
            Ok(self.0.execute(&statement, &borrowed(values)).await?)
        })
    }

    fn announce(&mut self) -> Answer<'_, ()> {
        Box::pin(async move {
            let statement = self.0.prepare_cached("SELECT pg_notify($1, '')").await?;
            self.0.execute(&statement, &[&CHANNEL]).await?;
            Ok(())
        })
    }

    fn continue_ids(&mut self) -> Answer<'_, ()> {
        Box::pin(async move {
            let next =
                "SELECT setval(pg_get_serial_sequence('audit', 'id'), coalesce(max(id), 0) + 1, false) FROM audit";
            Ok(self.0.batch_execute(next).await?)
        })
    }
}

/// PostgreSQL refuses a text with NUL, even in a question; what cannot be stored is not found.
fn cannot_be_stored(value: &Value) -> bool {
    matches!(value, Value::Text(text) if text.contains('\0'))
}

fn borrowed(values: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    values.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

fn row(row: &tokio_postgres::Row) -> Result<Row, StoreError> {
    (0..row.len()).map(|column| value(row, column)).collect::<Result<_, _>>().map(Row)
}

fn value(row: &tokio_postgres::Row, column: usize) -> Result<Value, StoreError> {
    Ok(match *row.columns()[column].type_() {
        Type::INT8 => row.try_get::<_, Option<i64>>(column)?.into(),
        Type::INT4 => row.try_get::<_, Option<i32>>(column)?.map(i64::from).into(),
        Type::TEXT | Type::VARCHAR => row.try_get::<_, Option<String>>(column)?.into(),
        Type::BYTEA => row.try_get::<_, Option<Vec<u8>>>(column)?.map_or(Value::Null, Value::Bytes),
        ref other => return Err(StoreError::Failed(format!("column {column} has the type {other}"))),
    })
}

impl ToSql for Value {
    fn to_sql(&self, column: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match (self, column) {
            (Value::Null, _) => return Ok(IsNull::Yes),
            (Value::Int(number), &Type::INT8) => out.put_i64(*number),
            (Value::Int(number), &Type::INT4) => out.put_i32((*number).try_into()?),
            (Value::Text(text), &Type::TEXT | &Type::VARCHAR) => out.put_slice(text.as_bytes()),
            (Value::Bytes(bytes), &Type::BYTEA) => out.put_slice(bytes),
            (_, column) => return Err(format!("a value does not fit the type {column}").into()),
        }
        Ok(IsNull::No)
    }

    /// The match above says what fits.
    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Value(..)")
    }
}
