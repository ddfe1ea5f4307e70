//! The front door on both databases: what `auth.toml` says of PostgreSQL, and the macro that runs a test on each. Never
//! shares a database between two tests.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use witgate_ground::postgres::{self, Database};

/// SQL of the tests that SQLite knows.
const UNIXEPOCH: &str =
    "CREATE FUNCTION unixepoch() RETURNS BIGINT LANGUAGE sql AS 'SELECT floor(extract(epoch FROM now()))::bigint'";
/// 32 bytes in base64: with PostgreSQL the operator brings the key.
pub const KEY: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

/// A new database; `None` when PostgreSQL is not installed, and then the skip was told.
pub fn database() -> Option<Database<'static>> {
    let database = postgres::shared()?.database();
    database.sql(UNIXEPOCH);
    Some(database)
}

/// What is appended to an `auth.toml` for it. Writes the key's file into the folder.
pub fn config(database: &Database<'_>, folder: &Path) -> String {
    write_secret(&folder.join("auth.key"), KEY);
    let url = database.url();
    format!("database = \"{url}\"\n[keys]\nencryption-key-file = \"auth.key\"\n")
}

/// A file that only its owner can read.
pub fn write_secret(path: &Path, text: &str) {
    let mut options = std::fs::File::options();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

/// Runs each of these functions with a folder where alice is a user, on SQLite and on PostgreSQL.
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test]
            async fn $name() {
                super::$name($crate::service::Folder::with_alice().await).await;
            })*
        }
        mod on_postgres {
            $(#[tokio::test]
            async fn $name() {
                let Some(folder) = $crate::service::Folder::on_postgres_with_alice().await else { return };
                super::$name(folder).await;
            })*
        }
    };
}

pub(crate) use on_both;
