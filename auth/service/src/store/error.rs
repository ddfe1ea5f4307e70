//! What can go wrong in the store, told to the caller by kind: try again, or call the operator. Never holds a token,
//! a hash or a password: SQLite's messages name tables and columns only.

use std::path::PathBuf;

use rusqlite::ErrorCode;
use thiserror::Error;
use tokio_postgres::error::SqlState;

use super::keys::MAX_KEYS_IN_USE;
use crate::gate::Busy;

/// Why the store did not do what was asked.
#[derive(Debug, Error, Clone)]
pub enum StoreError {
    /// The database cannot be made, opened or reached.
    #[error("cannot open the database {place}: {cause}")]
    Open {
        /// The file, or the address without a password.
        place: String,
        /// What the system or the database said.
        cause: String,
    },
    /// Others than the owner may read the database file.
    #[error("the database {} can be read by others (mode {mode:o}): run `chmod 600` on it", path.display())]
    Exposed {
        /// The database file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The database was written by a newer version of this program.
    #[error("the database has schema {found}, this program knows up to {known}: use the newer program")]
    Newer {
        /// The schema number in the file.
        found: i64,
        /// The highest that this program knows.
        known: i64,
    },
    /// The queue is full or the deadline passed. A write that was already queued may still happen.
    #[error("the store is busy: try again in a moment")]
    Busy,
    /// The writer has stopped; only a restart helps.
    #[error("the store has stopped")]
    Stopped,
    /// A name that is already there.
    #[error("there is already one named {name:?}")]
    NameTaken {
        /// The name.
        name: String,
    },
    /// A backup cannot be brought back into a database that holds something.
    #[error(
        "the database is not empty: name a new one in the configuration, and restore into that. Nothing was changed"
    )]
    NotEmpty,
    /// The backup is damaged, cut off, or of another version.
    #[error("the backup cannot be used (line {line}): {cause}. Nothing was changed")]
    Backup {
        /// Where, from 1.
        line: u64,
        /// What is wrong, without the content.
        cause: String,
    },
    /// Nobody could administer the service through its admin listener any more.
    #[error("this is the last enabled user who may administer: let another one do so first")]
    LastOperator,
    /// No further signing key goes into use.
    #[error(
        "{found} signing keys are in use, and {MAX_KEYS_IN_USE} may be. Those that no longer sign leave by themselves, some \
         65 minutes after their successor began; `witgate-auth keys rotate --now` takes away those that wait"
    )]
    TooManyKeys {
        /// How many are in use.
        found: usize,
    },
    /// The database cannot be used, by nobody: a full disk, an I/O fault, a damaged file.
    #[error("the database cannot be used: {0}")]
    Unusable(String),
    /// The database refused, or a stored value makes no sense.
    #[error("the store failed: {0}")]
    Failed(String),
}

impl From<rusqlite::Error> for StoreError {
    fn from(cause: rusqlite::Error) -> Self {
        match cause.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy,
            Some(code) if concerns_all(code) => StoreError::Unusable(cause.to_string()),
            _ => StoreError::Failed(cause.to_string()),
        }
    }
}

/// Whether any other write would meet the same fault.
fn concerns_all(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::DiskFull
            | ErrorCode::SystemIoFailure
            | ErrorCode::CannotOpen
            | ErrorCode::ReadOnly
            | ErrorCode::PermissionDenied
            | ErrorCode::DatabaseCorrupt
            | ErrorCode::NotADatabase
            | ErrorCode::OutOfMemory
    )
}

impl From<tokio_postgres::Error> for StoreError {
    fn from(cause: tokio_postgres::Error) -> Self {
        match cause.code() {
            Some(code) if is_passing(code) => StoreError::Busy,
            // The message names tables and columns; the detail, which is left out, could hold values.
            Some(code) => StoreError::Failed(format!("PostgreSQL refused with {}", code.code())),
            None => StoreError::Unusable(with_cause(&cause)),
        }
    }
}

/// Another try may succeed: a lock that another transaction holds, a deadline, a server that starts or stops.
fn is_passing(code: &SqlState) -> bool {
    [
        SqlState::T_R_DEADLOCK_DETECTED,
        SqlState::T_R_SERIALIZATION_FAILURE,
        SqlState::LOCK_NOT_AVAILABLE,
        SqlState::QUERY_CANCELED,
        SqlState::TOO_MANY_CONNECTIONS,
        SqlState::CANNOT_CONNECT_NOW,
        SqlState::ADMIN_SHUTDOWN,
        SqlState::CRASH_SHUTDOWN,
        SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
    ]
    .contains(code)
}

fn with_cause(error: &tokio_postgres::Error) -> String {
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}"));
    format!("{error}{}", cause.unwrap_or_default())
}

impl From<Busy> for StoreError {
    fn from(_: Busy) -> Self {
        StoreError::Busy
    }
}
