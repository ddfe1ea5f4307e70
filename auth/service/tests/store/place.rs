//! A database for one test, SQLite or PostgreSQL, and the macro that runs a test on both. Never shared by two tests.

use std::fs::File;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use witgate_auth::config::{DatabaseConfig, PostgresConfig, SessionLimits};
use witgate_auth::store::{Store, StoreError};
use witgate_ground::postgres::{self, Database};

/// How long the sessions of the tests live, in seconds.
pub const LIVES: SessionLimits = SessionLimits { idle: 1000, absolute: 3000 };

/// An empty database.
pub enum Place {
    Sqlite(tempfile::TempDir),
    Postgres(Database<'static>),
}

impl Place {
    pub fn sqlite() -> Place {
        Place::Sqlite(tempfile::tempdir().unwrap())
    }

    /// `None` when PostgreSQL is not installed; then the skip was told.
    pub fn postgres() -> Option<Place> {
        Some(Place::Postgres(postgres::shared()?.database()))
    }

    pub fn config(&self) -> DatabaseConfig {
        match self {
            Place::Sqlite(_) => DatabaseConfig::Sqlite(self.file()),
            Place::Postgres(database) => DatabaseConfig::Postgres(reached_at(database.url())),
        }
    }

    pub async fn try_open(&self) -> Result<Store, StoreError> {
        Store::open(&self.config(), LIVES).await
    }

    /// Opens it; again and again, one node each.
    pub async fn open(&self) -> Store {
        self.try_open().await.expect("it opens")
    }

    /// SQL behind the store's back: the first column of the first row, or why it was refused.
    pub fn try_sql(&self, sql: &str) -> Result<String, String> {
        match self {
            Place::Postgres(database) => database.try_sql(sql),
            Place::Sqlite(_) => sqlite(&self.file(), sql).map_err(|cause| cause.to_string()),
        }
    }

    #[track_caller]
    pub fn sql(&self, sql: &str) -> String {
        self.try_sql(sql).unwrap()
    }

    /// Several statements, also before the store was ever opened here.
    #[track_caller]
    pub fn batch(&self, sql: &str) {
        match self {
            Place::Postgres(database) => drop(database.sql(sql)),
            Place::Sqlite(_) => sqlite_batch(&self.file(), sql).unwrap(),
        }
    }

    #[track_caller]
    pub fn number(&self, sql: &str) -> i64 {
        self.sql(sql).parse().unwrap()
    }

    fn file(&self) -> PathBuf {
        let Place::Sqlite(folder) = self else { unreachable!("only asked for SQLite") };
        folder.path().join("state/auth.sqlite")
    }
}

pub fn reached_at(url: String) -> PostgresConfig {
    PostgresConfig { url, password_file: None, connections: 16, tls: false }
}

fn sqlite(file: &Path, sql: &str) -> rusqlite::Result<String> {
    let connection = rusqlite::Connection::open(file)?;
    connection.busy_timeout(std::time::Duration::from_secs(20))?;
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    let Some(row) = rows.next()? else { return Ok(String::new()) };
    Ok(match row.get::<_, rusqlite::types::Value>(0)? {
        rusqlite::types::Value::Integer(number) => number.to_string(),
        rusqlite::types::Value::Text(text) => text,
        other => format!("{other:?}"),
    })
}

/// The file is as private as the store makes it: else it is refused.
fn sqlite_batch(file: &Path, sql: &str) -> std::io::Result<()> {
    std::fs::create_dir_all(file.parent().expect("a folder"))?;
    File::options().write(true).create(true).truncate(false).mode(0o600).open(file)?;
    rusqlite::Connection::open(file).and_then(|connection| connection.execute_batch(sql)).map_err(std::io::Error::other)
}

/// Runs each of these functions on both databases.
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name($crate::place::Place::sqlite()).await;
            })*
        }
        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let Some(place) = $crate::place::Place::postgres() else { return };
                super::$name(place).await;
            })*
        }
    };
}

pub(crate) use on_both;
