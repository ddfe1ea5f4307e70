//! What a database holds, and how an older one becomes a newer one, by `PRAGMA user_version`.
//! Never opens a database that a later release has written.

use rusqlite::{Connection, Transaction, TransactionBehavior};

/// One step from a version to the next.
pub type Migration = fn(&Transaction<'_>) -> rusqlite::Result<()>;

/// What a service keeps in its database.
#[derive(Debug, Clone, Copy)]
pub struct Schema {
    /// What it holds in a caller's words, such as "the orders": the answer names it when the database is no help.
    pub holds: &'static str,
    /// Entry n brings a database from version n to version n + 1. One that has shipped is never edited.
    pub migrations: &'static [Migration],
}

/// Why a database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    /// SQLite said no.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    /// Written by a later release.
    #[error("the database has schema version {found}, this binary knows up to {known}: use the newer binary")]
    TooNew {
        /// What the file says.
        found: usize,
        /// What this binary can read.
        known: usize,
    },
}

impl Schema {
    /// Brings the database to the newest version, in one transaction.
    pub fn migrate(&self, connection: &mut Connection) -> Result<(), SchemaError> {
        let tx = connection.transaction_with_behavior(TransactionBehavior::Exclusive)?;
        let found: u32 = tx.pragma_query_value(None, "user_version", |row| row.get(0))?;
        let (found, known) = (found as usize, self.migrations.len());
        let missing = self.migrations.get(found..).ok_or(SchemaError::TooNew { found, known })?;
        for migration in missing {
            migration(&tx)?;
        }
        tx.pragma_update(None, "user_version", known as u32)?;
        Ok(tx.commit()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Migration = |tx| tx.execute_batch("CREATE TABLE a (n INTEGER); INSERT INTO a VALUES (1);");
    const SECOND: Migration = |tx| tx.execute_batch("INSERT INTO a VALUES (2);");
    const BROKEN: Migration = |tx| tx.execute_batch("INSERT INTO a VALUES (3); INSERT INTO b VALUES (3);");

    const fn schema(migrations: &'static [Migration]) -> Schema {
        Schema { holds: "the rows", migrations }
    }

    fn rows(connection: &Connection) -> u32 {
        connection.query_row("SELECT count(*) FROM a", (), |row| row.get(0)).unwrap()
    }

    #[test]
    fn each_migration_runs_once() {
        let mut connection = Connection::open_in_memory().unwrap();
        schema(&[FIRST]).migrate(&mut connection).unwrap();
        assert_eq!(rows(&connection), 1);
        for _ in 0..2 {
            schema(&[FIRST, SECOND]).migrate(&mut connection).unwrap();
            assert_eq!(rows(&connection), 2);
        }
    }

    #[test]
    fn a_migration_that_fails_changes_nothing() {
        let mut connection = Connection::open_in_memory().unwrap();
        schema(&[FIRST]).migrate(&mut connection).unwrap();
        assert!(schema(&[FIRST, SECOND, BROKEN]).migrate(&mut connection).is_err());
        assert_eq!(rows(&connection), 1);
    }

    #[test]
    fn a_newer_database_is_refused() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.pragma_update(None, "user_version", 99).unwrap();
        let refused = schema(&[FIRST]).migrate(&mut connection).unwrap_err().to_string();
        assert!(refused.contains("version 99"), "{refused}");
    }
}
