//! The database: a SQLite file, or a PostgreSQL server. Never lets a password stand in auth.toml, and no plain
//! connection to another machine unless that is asked for.

use super::files;
use crate::config::database::{DatabaseConfig, PostgresConfig};
use crate::config::limits::CONNECTIONS;
use crate::config::written::{Written, WrittenPostgres};
use std::net::IpAddr;
use std::path::Path;
use toml::Spanned;
use url::Url;
use witgate_settings::fault::Faults;
use witgate_settings::reader::at;
use witgate_settings::suggest;

/// The file where none is written, relative to auth.toml.
const SQLITE_FILE: &str = "state/auth.sqlite";
const POSTGRES_HINT: &str =
    "write it like \"postgres://USER@HOST:PORT/NAME\"; the password is in a file: [postgres] password-file";

/// `database` and `[postgres]`.
pub(super) fn database(folder: &Path, written: &Written, faults: &mut Faults) -> Option<DatabaseConfig> {
    let Some(text) = &written.database else {
        refuse_table(written, faults);
        return Some(DatabaseConfig::Sqlite(folder.join(SQLITE_FILE)));
    };
    if text.get_ref().starts_with("postgres://") || text.get_ref().starts_with("postgresql://") {
        return postgres(folder, text, written.postgres.as_ref(), faults).map(DatabaseConfig::Postgres);
    }
    if text.get_ref().contains("://") {
        faults.hide(at(text));
        faults.push(at(text), "this kind of database is not known here", "a path to a SQLite file, or postgres://...");
        return None;
    }
    if text.get_ref().is_empty() {
        faults.push(at(text), "`database` is empty", "a path to a SQLite file, or postgres://...");
        return None;
    }
    refuse_table(written, faults);
    Some(DatabaseConfig::Sqlite(folder.join(text.get_ref())))
}

fn refuse_table(written: &Written, faults: &mut Faults) {
    let Some(table) = &written.postgres else { return };
    let hint = "take the table out, or write database = \"postgres://USER@HOST:PORT/NAME\" at the top";
    faults.push(table.span, "there is [postgres], but the database is a SQLite file", hint);
}

fn postgres(
    folder: &Path,
    text: &Spanned<String>,
    table: Option<&WrittenPostgres>,
    faults: &mut Faults,
) -> Option<PostgresConfig> {
    let url = match Url::parse(text.get_ref()) {
        Ok(url) => url,
        Err(cause) => {
            faults.hide(at(text));
            faults.push(at(text), format!("this is no URL: {cause}"), POSTGRES_HINT);
            return None;
        }
    };
    let fault = url_fault(&url);
    if let Some(message) = fault {
        faults.hide(at(text));
        faults.push(at(text), message, POSTGRES_HINT);
    }
    let tls = tls(&url, table, faults);
    let password_file = table.and_then(|table| table.password_file.as_ref());
    let password_file = password_file.and_then(|file| files::secret(folder, file, "the password in one line", faults));
    let connections = table.map_or(CONNECTIONS, |table| table.connections);
    fault.is_none().then(|| PostgresConfig {
        url: text.get_ref().clone(),
        password_file,
        connections: usize::try_from(connections).unwrap_or(1),
        tls,
    })
}

fn url_fault(url: &Url) -> Option<&'static str> {
    let name = url.path().trim_start_matches('/');
    if url.password().is_some() {
        Some("a password must not stand in this file")
    } else if url.query().is_some() || url.fragment().is_some() {
        Some("the URL of the database has no query and no fragment")
    } else if url.username().is_empty() {
        Some("the URL of the database names no user")
    } else if url.host_str().is_none_or(str::is_empty) || url.port() == Some(0) {
        Some("the URL of the database names no host and port")
    } else if name.is_empty() || name.contains('/') {
        Some("the URL of the database names no database")
    } else {
        None
    }
}

/// A socket of this machine has no TLS; anything that is not this machine needs it, or a word that says otherwise.
fn tls(url: &Url, table: Option<&WrittenPostgres>, faults: &mut Faults) -> bool {
    let host = url.host_str().unwrap_or_default();
    let is_socket = host.to_ascii_lowercase().starts_with("%2f");
    let Some(word) = table.and_then(|table| table.tls.as_ref()) else { return !is_socket };
    match word.get_ref().as_str() {
        "require" if is_socket => {
            faults.push(at(word), "there is no TLS over a unix socket", "leave `tls` out");
        }
        "require" => return true,
        "disable" => {
            let is_plain_allowed = is_socket || is_loopback(host) || table.is_some_and(|table| table.allow_plain);
            if !is_plain_allowed {
                let hint = "write tls = \"require\"; allow-plain = true is for a network that nobody can listen on";
                faults.push(at(word), "the connection to another machine would be plain", hint);
            }
            return false;
        }
        other => {
            let hint = suggest::hint(other, ["require", "disable"], "known words");
            faults.push(at(word), format!("`tls` cannot be {other:?}"), hint);
        }
    }
    true
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}
