//! Opening SQLite: file modes, pragmas, migrations. Never leaves a database readable by others, and never opens one
//! whose schema is newer than this program.

use std::fs::{DirBuilder, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use super::super::error::StoreError;

/// How long SQLite itself waits for a lock that another process holds.
const LOCK_PATIENCE: Duration = Duration::from_secs(5);
/// Mode of a folder that this program makes.
const FOLDER_MODE: u32 = 0o700;
/// Mode of the database file; SQLite gives its -wal and -shm files the same.
const FILE_MODE: u32 = 0o600;
/// Numbered from 1; `PRAGMA user_version` holds the number of the last one applied. Never edit one that was released.
pub(super) const MIGRATIONS: [&str; 5] = [
    include_str!("../migrations/sqlite/0001_start.sql"),
    include_str!("../migrations/sqlite/0002_lifecycle.sql"),
    include_str!("../migrations/sqlite/0005_upkeep.sql"),
    include_str!("../migrations/sqlite/0006_revoked_names.sql"),
    include_str!("../migrations/sqlite/0007_revoked_subjects.sql"),
];

/// The one connection that writes. Makes folder and file when they are missing, and brings the schema up to date.
pub(super) fn open_writer(path: &Path) -> Result<Connection, StoreError> {
    let failed = |cause: &dyn std::fmt::Display| StoreError::Open {
        place: path.display().to_string(),
        cause: cause.to_string(),
    };
    make_private(path).map_err(|cause| failed(&cause))?;
    refuse_exposed(path)?;
    let mut connection =
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)
            .map_err(|cause| failed(&cause))?;
    prepare_writer(&mut connection).map_err(|cause| failed(&cause))?;
    migrate(&mut connection)?;
    Ok(connection)
}

/// A connection that cannot write.
pub(super) fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let connection =
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(LOCK_PATIENCE)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

fn make_private(path: &Path) -> std::io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(folder)?;
    }
    match OpenOptions::new().write(true).create_new(true).mode(FILE_MODE).open(path) {
        Err(cause) if cause.kind() != ErrorKind::AlreadyExists => Err(cause),
        _ => Ok(()),
    }
}

fn refuse_exposed(path: &Path) -> Result<(), StoreError> {
    let metadata = path
        .metadata()
        .map_err(|cause| StoreError::Open { place: path.display().to_string(), cause: cause.to_string() })?;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 == 0 { Ok(()) } else { Err(StoreError::Exposed { path: path.into(), mode }) }
}

/// WAL with synchronous FULL: an answered write survives a power cut.
fn prepare_writer(connection: &mut Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(LOCK_PATIENCE)?;
    switch_to_wal(connection)?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "trusted_schema", false)
}

/// SQLite does not wait by itself where two connections switch a new database at once: each has read it already, and one that
/// waited for the other to write would wait for ever. So it lets go, waits its turn to write, and tries again.
fn switch_to_wal(connection: &Connection) -> rusqlite::Result<()> {
    let end = Instant::now() + LOCK_PATIENCE;
    loop {
        match connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(())) {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && Instant::now() < end => {
                connection.execute_batch("BEGIN IMMEDIATE; ROLLBACK")?;
            }
            outcome => return outcome,
        }
    }
}

/// All missing migrations in one transaction, so that a failure leaves the old schema. The version is read inside the
/// transaction: two processes may start at once.
fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let known = MIGRATIONS.len() as i64;
    let found: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    for (number, sql) in (1_i64..).zip(MIGRATIONS).filter(|(number, _)| *number > found) {
        transaction.execute_batch(sql)?;
        transaction.pragma_update(None, "user_version", number)?;
    }
    Ok(transaction.commit()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode_of(path: &Path) -> u32 {
        path.metadata().unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn folder_and_files_are_private() {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("state/deep/auth.sqlite");
        let _writer = open_writer(&path).unwrap();
        assert_eq!(mode_of(&path), 0o600);
        assert_eq!(mode_of(&path.with_extension("sqlite-wal")), 0o600);
        assert_eq!((mode_of(&temp.path().join("state/deep")), mode_of(&temp.path().join("state"))), (0o700, 0o700));
    }

    #[test]
    fn a_database_open_to_others_is_refused() {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("auth.sqlite");
        drop(open_writer(&path).unwrap());
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(open_writer(&path), Err(StoreError::Exposed { mode: 0o640, .. })));
    }

    #[test]
    fn the_pragmas_hold() {
        let temp = tempfile::tempdir().unwrap();
        let writer = open_writer(&temp.path().join("auth.sqlite")).unwrap();
        let text = |name: &str| writer.pragma_query_value(None, name, |row| row.get::<_, String>(0)).unwrap();
        let number = |name: &str| writer.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).unwrap();
        assert_eq!(text("journal_mode"), "wal");
        assert_eq!((number("synchronous"), number("foreign_keys"), number("busy_timeout")), (2, 1, 5000));
    }

    #[test]
    fn migrations_run_once_and_newer_schemas_are_refused() {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("auth.sqlite");
        drop(open_writer(&path).unwrap());
        let again = open_writer(&path).unwrap();
        again.pragma_update(None, "user_version", 99).unwrap();
        drop(again);
        assert!(matches!(open_writer(&path), Err(StoreError::Newer { found: 99, .. })));
    }

    #[test]
    fn a_reader_cannot_write() {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("auth.sqlite");
        let _writer = open_writer(&path).unwrap();
        let reader = open_reader(&path).unwrap();
        assert!(reader.execute("DELETE FROM users", []).is_err());
    }
}
