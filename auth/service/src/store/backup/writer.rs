//! Writes the lines of a backup. Never ends a file that was not written to its end.

use std::io::Write;

use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use super::super::error::StoreError;
use super::super::value::Row;
use super::lines::{Head, TableHead, Tail, hex, json_of};
use super::tables::Table;
use super::{FORMAT, RowCounts, SCHEMA};
use crate::clock::UnixSeconds;

/// Writes lines, and keeps their checksum.
pub(super) struct Writer {
    sink: Box<dyn Write + Send>,
    sum: Sha256,
    rows: RowCounts,
}

impl Writer {
    /// Begins with the head.
    pub(super) fn open(sink: Box<dyn Write + Send>, taken_at: UnixSeconds) -> Result<Writer, StoreError> {
        let mut writer = Writer { sink, sum: Sha256::new(), rows: RowCounts::new() };
        writer.line(&json!(Head { witgate_auth_backup: FORMAT, schema: SCHEMA, taken_at }))?;
        Ok(writer)
    }

    /// Goes on with this table.
    pub(super) fn table(&mut self, table: &Table) -> Result<(), StoreError> {
        self.rows.insert(table.name.to_owned(), 0);
        let columns = table.columns.iter().map(|&column| column.to_owned()).collect();
        self.line(&json!(TableHead { table: table.name.to_owned(), columns }))
    }

    /// A row of this table.
    pub(super) fn row(&mut self, table: &Table, row: Row) -> Result<(), StoreError> {
        if let Some(count) = self.rows.get_mut(table.name) {
            *count += 1;
        }
        self.line(&Json::Array(row.0.into_iter().map(json_of).collect()))
    }

    /// Ends with the tail; how many rows there are.
    pub(super) fn close(mut self) -> Result<RowCounts, StoreError> {
        let tail = Tail { rows: self.rows.clone(), sha256: hex(self.sum.clone()) };
        self.line(&json!(tail))?;
        self.sink.flush().map_err(|cause| unwritable(&cause))?;
        Ok(self.rows)
    }

    fn line(&mut self, json: &Json) -> Result<(), StoreError> {
        let line = format!("{json}\n");
        self.sum.update(line.as_bytes());
        self.sink.write_all(line.as_bytes()).map_err(|cause| unwritable(&cause))
    }
}

fn unwritable(cause: &std::io::Error) -> StoreError {
    StoreError::Failed(format!("cannot write the backup: {cause}"))
}
