//! A database for one test, SQLite or PostgreSQL, and the macro that runs a test on both. Never shared by two tests.

use std::path::PathBuf;

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

fn sqlite(file: &std::path::Path, sql: &str) -> rusqlite::Result<String> {
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
