//! Which database the store uses. Never holds a password: only the name of the file with it.

use std::path::PathBuf;

/// The database of the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatabaseConfig {
    /// A SQLite file, already joined with the folder of auth.toml.
    Sqlite(PathBuf),
    /// A PostgreSQL server.
    Postgres(PostgresConfig),
}

/// How to reach a PostgreSQL server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostgresConfig {
    /// `postgres://USER@HOST:PORT/NAME`, without a password.
    pub url: String,
    /// The file with the password, if the server asks for one.
    pub password_file: Option<PathBuf>,
    /// Connections in the pool.
    pub connections: usize,
    /// Whether TLS is required; otherwise none is used.
    pub tls: bool,
}
