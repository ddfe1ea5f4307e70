//! Reads the lines of a backup, which must fit together as a whole. Never trusts a file: tables, columns, counts and the
//! checksum must be right, and no line may be longer than any that was written.

use std::io::{BufRead, Read as _};

use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use super::super::error::StoreError;
use super::super::value::Value;
use super::lines::{Head, TableHead, Tail, hex, value_of};
use super::tables::{Table, tables};
use super::{BackupFacts, FORMAT, RowCounts, SCHEMA};
use crate::clock::UnixSeconds;

/// Longest line, in bytes. The longest that is written has a client's keys.
const MAX_LINE_BYTES: u64 = 4 << 20;

/// Reads lines.
pub(super) struct Reader {
    source: Box<dyn BufRead + Send>,
    sum: Sha256,
    /// The number of the last line that was read.
    line: u64,
    taken_at: UnixSeconds,
    /// The tables that have begun.
    begun: usize,
    rows: RowCounts,
}

impl Reader {
    /// Reads the head, which must be of this version.
    pub(super) fn open(source: Box<dyn BufRead + Send>) -> Result<Reader, StoreError> {
        let mut reader = Reader { source, sum: Sha256::new(), line: 0, taken_at: 0, begun: 0, rows: RowCounts::new() };
        let bytes = reader.bytes()?;
        let head: Head = serde_json::from_slice(&bytes).map_err(|_| reader.fault("it is no backup of witgate-auth"))?;
        if (head.witgate_auth_backup, head.schema) != (FORMAT, SCHEMA) {
            let (format, schema) = (head.witgate_auth_backup, head.schema);
            return Err(reader.fault(&format!(
                "it has format {format} and schema {schema}, this program knows {FORMAT} and {SCHEMA}: restore it with the \
                 version that wrote it, and then start this one"
            )));
        }
        reader.sum.update(&bytes);
        reader.taken_at = head.taken_at;
        Ok(reader)
    }

    /// The next row, with its table; nothing when the whole file was read and fits together.
    pub(super) fn next(&mut self) -> Result<Option<(&'static Table, Vec<Value>)>, StoreError> {
        loop {
            let bytes = self.bytes()?;
            let json = serde_json::from_slice(&bytes).map_err(|_| self.fault("it is not JSON"))?;
            match json {
                Json::Array(values) => {
                    self.sum.update(&bytes);
                    return self.row(values).map(Some);
                }
                json if json.get("sha256").is_some() => return self.end(json).map(|()| None),
                json => {
                    self.sum.update(&bytes);
                    self.begin(json)?;
                }
            }
        }
    }

    /// The fault of a row that the database does not take; a database that does not answer is no fault of the row.
    pub(super) fn refused(&self, cause: StoreError) -> StoreError {
        match cause {
            StoreError::Failed(cause) => self.fault(&format!("the database refuses the row ({cause})")),
            other => other,
        }
    }

    /// What was read.
    pub(super) fn facts(self) -> BackupFacts {
        BackupFacts { taken_at: self.taken_at, rows: self.rows }
    }

    /// One line with its end.
    fn bytes(&mut self) -> Result<Vec<u8>, StoreError> {
        self.line += 1;
        let mut bytes = Vec::new();
        let read = (&mut self.source).take(MAX_LINE_BYTES).read_until(b'\n', &mut bytes);
        read.map_err(|cause| self.fault(&format!("it cannot be read: {cause}")))?;
        if bytes.last() == Some(&b'\n') {
            Ok(bytes)
        } else {
            Err(self.fault("the file ends too early, or the line is too long"))
        }
    }

    /// Tables come in their order, with just the columns that they have.
    fn begin(&mut self, json: Json) -> Result<(), StoreError> {
        let head: TableHead = serde_json::from_value(json).map_err(|_| self.fault("it is no line of a backup"))?;
        let expected =
            tables().get(self.begun).filter(|table| table.name == head.table && table.columns == head.columns);
        let table = expected.ok_or_else(|| self.fault("another table, or other columns, are expected"))?;
        self.begun += 1;
        self.rows.insert(table.name.to_owned(), 0);
        Ok(())
    }

    fn row(&mut self, values: Vec<Json>) -> Result<(&'static Table, Vec<Value>), StoreError> {
        let table = self.begun.checked_sub(1).and_then(|index| tables().get(index));
        let table = table.ok_or_else(|| self.fault("a row comes before its table"))?;
        let values: Option<Vec<Value>> = values.into_iter().map(value_of).collect();
        let values = values.filter(|values| values.len() == table.columns.len());
        let values = values.ok_or_else(|| self.fault("it is no row of its table"))?;
        *self.rows.entry(table.name.to_owned()).or_default() += 1;
        Ok((table, values))
    }

    fn end(&mut self, json: Json) -> Result<(), StoreError> {
        let tail: Tail = serde_json::from_value(json).map_err(|_| self.fault("it is no end of a backup"))?;
        if self.begun != tables().len() || tail.rows != self.rows {
            return Err(self.fault("rows or tables are missing"));
        }
        if tail.sha256 != hex(self.sum.clone()) {
            return Err(self.fault("the checksum is another one: something was changed"));
        }
        match self.source.fill_buf() {
            Ok([]) => Ok(()),
            _ => Err(self.fault("something follows its end")),
        }
    }

    fn fault(&self, cause: &str) -> StoreError {
        StoreError::Backup { line: self.line, cause: cause.to_owned() }
    }
}
