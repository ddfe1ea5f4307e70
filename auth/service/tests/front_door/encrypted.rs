//! The way to PostgreSQL: encrypted, to the server that is meant, with the password from its file. Each case breaks one of
//! them. Never over a real network.

use std::path::Path;
use std::process::{Command, Output};

use witgate_ground::postgres::{Database, Encrypted, PASSWORD, Postgres};

use super::both;

/// Runs a command that opens the database, as `auth.toml` says.
fn ask(folder: &Path, url: &str, password: &str, authority: Option<&Path>) -> Output {
    let config = format!(
        "issuer = \"http://127.0.0.1:9000\"\naudience = \"witgate\"\ndatabase = \"{url}\"\n\
         [postgres]\npassword-file = \"pg.password\"\n[keys]\nencryption-key-file = \"auth.key\"\n"
    );
    std::fs::write(folder.join("auth.toml"), config).unwrap();
    both::write_secret(&folder.join("auth.key"), both::KEY);
    both::write_secret(&folder.join("pg.password"), &format!("{password}\n"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_witgate-auth"));
    command.args(["user", "list", "--config"]).arg(folder.join("auth.toml"));
    command.env_remove("SSL_CERT_FILE").env_remove("SSL_CERT_DIR");
    if let Some(authority) = authority {
        command.env("SSL_CERT_FILE", authority);
    }
    command.output().unwrap()
}

#[track_caller]
fn is_refused(output: &Output, needle: &str) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains(needle), "{said}");
    assert!(!said.contains(PASSWORD), "the password is shown: {said}");
}

/// Nothing but the socket of the test has made tables.
#[track_caller]
fn is_untouched(database: &Database<'_>) {
    assert_eq!(database.sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"), "0");
}

#[test]
fn only_the_right_server_over_tls_is_talked_to() {
    let Some((postgres, encrypted)) = Postgres::start_with_tls() else { return };
    let (database, temp) = (postgres.database(), tempfile::tempdir().unwrap());
    let (folder, authority) = (temp.path(), Some(encrypted.authority.as_path()));
    let url = database.url_at("localhost", &encrypted);

    is_refused(&ask(folder, &url, PASSWORD, None), "UnknownIssuer");
    is_refused(&ask(folder, &database.url_at("127.0.0.2", &encrypted), PASSWORD, authority), "not valid for name");
    is_refused(&ask(folder, &url, "wrong", authority), "28P01");
    is_untouched(&database);

    let good = ask(folder, &url, PASSWORD, authority);
    assert!(good.status.success(), "{}", String::from_utf8_lossy(&good.stderr));
    refuses_a_plain_server(&postgres, &encrypted, folder);
}

/// The server would let everybody in, without TLS.
fn refuses_a_plain_server(postgres: &Postgres, encrypted: &Encrypted, folder: &Path) {
    let database = postgres.database();
    database.sql("ALTER SYSTEM SET ssl = off");
    postgres.crash();
    postgres.resume();
    let url = database.url_at("localhost", encrypted);
    is_refused(&ask(folder, &url, PASSWORD, Some(&encrypted.authority)), "TLS");
    is_untouched(&database);
}
