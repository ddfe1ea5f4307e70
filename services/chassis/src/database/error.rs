//! Why a database cannot be opened or gives no answer, and what the caller of the service hears of it.
//! Never shows the caller the cause: that is the operator's.

use std::path::PathBuf;
use std::time::Duration;

use axum::http::StatusCode;
use witgate_keyring::resource_server::Problem;

use super::schema::SchemaError;

/// Why the database cannot be opened.
#[derive(Debug, thiserror::Error)]
#[error("cannot open the database {}: {cause}", path.display())]
pub struct OpenError {
    pub(super) path: PathBuf,
    pub(super) cause: OpenCause,
}

#[derive(Debug, thiserror::Error)]
pub(super) enum OpenCause {
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error(transparent)]
    Schema(#[from] SchemaError),
}

/// The database gives no answer. The caller hears "try again"; the operator reads this.
#[derive(Debug, thiserror::Error)]
#[error("{cause}")]
pub struct DatabaseError {
    pub(super) holds: &'static str,
    pub(super) cause: NoAnswer,
}

#[derive(Debug, thiserror::Error)]
pub(super) enum NoAnswer {
    #[error("{0} jobs already wait for the database")]
    Busy(usize),
    #[error("the database gave no answer within {0:?}")]
    Slow(Duration),
    #[error("the database thread has ended")]
    Gone,
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
}

impl DatabaseError {
    /// Whether the work may have been done all the same: the caller only stopped waiting for it.
    pub fn may_have_happened(&self) -> bool {
        matches!(self.cause, NoAnswer::Slow(_) | NoAnswer::Gone)
    }
}

/// 503 with the stable code `store_unavailable`.
impl From<DatabaseError> for Problem {
    fn from(error: DatabaseError) -> Problem {
        tracing::error!(cause = %error, "the database gave no answer");
        let detail = format!("{} cannot be read or changed at the moment; try again soon", error.holds);
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "store_unavailable", detail)
    }
}
