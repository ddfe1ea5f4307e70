//! Backups: all that the store keeps, as lines of JSON that either database writes and reads. Taken on one state while the
//! service runs; brought back into an empty database only, as a whole or not at all. Never holds the master key, so a
//! backup alone opens no signing key.
//!
//! A backup is a head (format, schema, time), then for each table its name and columns and its rows, then a tail with
//! the number of rows of each table and the SHA-256 of all bytes before it. A file without its tail was cut off.

mod tables;
mod lines;
mod writer;
mod reader;
mod export;
mod import;

use std::collections::BTreeMap;
use std::io::{BufRead, Write};

use super::error::StoreError;
use super::records::Origin;
use super::{Store, postgres, sqlite};
use crate::clock::UnixSeconds;
use crate::store::audit::Event;

/// The format of the lines.
const FORMAT: i64 = 1;
/// The schema that a backup has. Counted as SQLite's, whose first two migrations are PostgreSQL's first one.
const SCHEMA: i64 = sqlite::MIGRATIONS as i64;
const _: () = assert!(sqlite::MIGRATIONS == postgres::MIGRATIONS + 1, "both databases have the same schema");

/// Rows by the name of their table.
pub type RowCounts = BTreeMap<String, u64>;

/// What a backup says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupFacts {
    /// When it was taken.
    pub taken_at: UnixSeconds,
    /// How many rows it holds.
    pub rows: RowCounts,
}

/// How a backup is brought back.
#[derive(Debug, Clone)]
pub struct Restoring {
    /// Sessions stay open. Those that ended after the backup was taken are open again then.
    pub keep_sessions: bool,
    /// A client whose tokens are revoked, registered or not, unless sessions are kept.
    pub login_client: String,
}

impl Store {
    /// Writes a backup of this moment while others read and write. Says so in the audit log before.
    pub async fn back_up(&self, sink: Box<dyn Write + Send>, origin: Origin) -> Result<BackupFacts, StoreError> {
        let taken_at = origin.at;
        self.audit(origin, Event::named("backup_taken")).await?;
        let rows = self.read_at_length(move |tx| Box::pin(export::all(tx, sink, taken_at))).await?;
        Ok(BackupFacts { taken_at, rows })
    }

    /// Brings a backup into this database, which must be empty, in one transaction, with a new epoch of the feed.
    ///
    /// # Errors
    /// [`StoreError::NotEmpty`], and [`StoreError::Backup`] when the backup is damaged or of another version.
    pub async fn restore(
        &self,
        source: Box<dyn BufRead + Send>,
        how: Restoring,
        origin: Origin,
    ) -> Result<BackupFacts, StoreError> {
        self.write_at_length(move |tx| Box::pin(import::all(tx, source, how, origin))).await
    }
}

/// Reads a whole backup without any database. Fails as [`Store::restore`] would because of the file.
pub fn check_backup(source: Box<dyn BufRead + Send>) -> Result<BackupFacts, StoreError> {
    let mut reader = reader::Reader::open(source)?;
    while reader.next()?.is_some() {}
    Ok(reader.facts())
}
