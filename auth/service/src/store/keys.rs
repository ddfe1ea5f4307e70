//! The store's verbs for signing keys. Never generates one: callers bring a candidate.

use rusqlite::{Connection, OptionalExtension, params};
use zeroize::Zeroizing;

use super::Store;
use super::error::StoreError;
use super::records::StoredKey;
use crate::clock::UnixSeconds;

impl Store {
    /// The key that signs with this algorithm, if there is one.
    pub async fn active_key(&self, alg: &'static str) -> Result<Option<StoredKey>, StoreError> {
        self.readers.read(move |connection| select_active(connection, alg)).await
    }

    /// Keeps the candidate unless there is an active key for its algorithm already; returns the active one. Two
    /// processes that start at once agree on one key.
    pub async fn adopt_key(&self, candidate: StoredKey, now: UnixSeconds) -> Result<StoredKey, StoreError> {
        let work = move |connection: &Connection| {
            if let Some(active) = select_active(connection, &candidate.alg)? {
                return Ok(active);
            }
            let sql = "INSERT INTO signing_keys (kid, alg, private_pkcs8, created_at) VALUES (?1, ?2, ?3, ?4)";
            connection.execute(sql, params![candidate.kid, candidate.alg, candidate.private_pkcs8.as_slice(), now])?;
            Ok(candidate)
        };
        self.writer.write(work).await
    }
}

fn select_active(connection: &Connection, alg: &str) -> rusqlite::Result<Option<StoredKey>> {
    let sql = "SELECT kid, alg, private_pkcs8 FROM signing_keys WHERE alg = ?1 AND retired_at IS NULL";
    let read = |row: &rusqlite::Row<'_>| {
        Ok(StoredKey { kid: row.get(0)?, alg: row.get(1)?, private_pkcs8: Zeroizing::new(row.get(2)?) })
    };
    connection.query_row(sql, [alg], read).optional()
}
