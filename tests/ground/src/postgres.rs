//! A real PostgreSQL for tests: a cluster in a temporary folder, behind a Unix socket, with fsync on. It ends with the
//! test program, also when that panics or is killed. Never touches a cluster that it did not make, and never waits
//! without a deadline.

mod programs;
mod watcher;
mod tls;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::skip;
use programs::Programs;
pub use tls::Encrypted;
use watcher::Watcher;

/// The superuser of the cluster; the socket's folder is closed to others, so nobody is asked for a password.
const USER: &str = "witgate";
/// What a client at [`Encrypted`] must know.
pub const PASSWORD: &str = "open-sesame-7";
/// Appended to the cluster's configuration. fsync is what a test of acknowledged writes is about.
const SETTINGS: &str = "listen_addresses = ''\nmax_connections = 300\nfsync = on\nsynchronous_commit = on\n";
/// Of a cluster behind a socket: the number is in its name only.
const USUAL_PORT: u16 = 5432;
/// Seconds that a start or a stop may take.
const PATIENCE_SECONDS: &str = "60";

/// A running cluster.
pub struct Postgres {
    programs: Programs,
    databases: AtomicU32,
    /// Also a part of the socket's name.
    port: u16,
    // Ends the cluster and removes the folder.
    watcher: Watcher,
}

/// The one cluster of this test program, or `None` when PostgreSQL is not installed; then the skip was told.
pub fn shared() -> Option<&'static Postgres> {
    static SHARED: OnceLock<Option<Postgres>> = OnceLock::new();
    SHARED.get_or_init(Postgres::start).as_ref()
}

impl Postgres {
    /// A cluster of its own, for a test that stops it. `None` when PostgreSQL is not installed; then the skip was told.
    pub fn start() -> Option<Postgres> {
        let postgres = Postgres::prepare()?;
        postgres.resume();
        Some(postgres)
    }

    /// One that also listens at `127.0.0.1` and `127.0.0.2`, with TLS and [`PASSWORD`]. Its certificate is for `localhost`
    /// and `127.0.0.1`. Without TLS it lets everybody in: a client that goes on is seen.
    pub fn start_with_tls() -> Option<(Postgres, Encrypted)> {
        let mut postgres = Postgres::prepare()?;
        let encrypted = tls::set_up(&postgres.programs, postgres.folder());
        postgres.port = encrypted.port;
        postgres.resume();
        postgres.database().sql(&format!("ALTER USER {USER} PASSWORD '{PASSWORD}'"));
        Some((postgres, encrypted))
    }

    fn prepare() -> Option<Postgres> {
        let Some(programs) = Programs::find() else {
            skip::skip("tests on PostgreSQL (initdb is missing)", "apt-get install postgresql");
            return None;
        };
        let folder = programs.own_folder();
        let watcher = Watcher::start(&programs, folder);
        let postgres = Postgres { programs, databases: AtomicU32::new(0), port: USUAL_PORT, watcher };
        postgres.init();
        Some(postgres)
    }

    /// A new empty database; its address as `auth.toml` takes it.
    pub fn database(&self) -> Database<'_> {
        let name = format!("t{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let database = Database { postgres: self, name };
        let made = self.client("createdb").args(["--maintenance-db=postgres", &database.name]).output();
        succeeded("createdb", &made.expect("createdb runs"));
        database
    }

    /// Ends it as a crash does: connections are cut, and the next start recovers.
    pub fn crash(&self) {
        self.control(&["-m", "immediate", "stop"]);
    }

    /// Starts it again after [`Postgres::crash`].
    pub fn resume(&self) {
        let log = self.folder().join("log");
        self.control(&["-l", log.to_str().expect("a temporary path is text"), "start"]);
    }

    fn folder(&self) -> &Path {
        self.watcher.folder()
    }

    fn data(&self) -> PathBuf {
        self.folder().join("data")
    }

    fn init(&self) {
        let mut initdb = self.programs.server("initdb", self.folder());
        initdb.arg("-D").arg(self.data());
        initdb.args(["-U", USER, "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"]);
        succeeded("initdb", &initdb.output().expect("initdb runs"));
        let path = self.data().join("postgresql.conf");
        let mut settings = std::fs::File::options().append(true).open(path).expect("initdb made it");
        let socket = format!("unix_socket_directories = '{}'\n", self.folder().display());
        settings.write_all((socket + SETTINGS).as_bytes()).expect("it can be written");
    }

    fn control(&self, arguments: &[&str]) {
        let mut command = self.programs.server("pg_ctl", self.folder());
        command.arg("-D").arg(self.data()).args(["-s", "-w", "-t", PATIENCE_SECONDS]).args(arguments);
        succeeded("pg_ctl", &command.output().expect("pg_ctl runs"));
    }

    fn client(&self, program: &str) -> std::process::Command {
        let mut command = self.programs.client(program, self.folder());
        command.arg("-h").arg(self.folder()).args(["-U", USER, "-p", &self.port.to_string()]);
        command
    }
}

/// One database of a cluster. It stays until the cluster ends.
pub struct Database<'c> {
    postgres: &'c Postgres,
    name: String,
}

impl Database<'_> {
    /// `postgres://USER@SOCKET:PORT/NAME`.
    pub fn url(&self) -> String {
        let socket = self.postgres.folder().to_str().expect("a temporary path is text").replace('/', "%2F");
        format!("postgres://{USER}@{socket}:{}/{}", self.postgres.port, self.name)
    }

    /// `postgres://USER@HOST:PORT/NAME`.
    pub fn url_at(&self, host: &str, encrypted: &Encrypted) -> String {
        format!("postgres://{USER}@{host}:{}/{}", encrypted.port, self.name)
    }

    /// Runs SQL behind the program's back; the values of the rows, one row a line.
    #[track_caller]
    pub fn sql(&self, sql: &str) -> String {
        self.try_sql(sql).unwrap_or_else(|message| panic!("{sql}: {message}"))
    }

    /// The same, or what the database said against it.
    pub fn try_sql(&self, sql: &str) -> Result<String, String> {
        let mut psql = self.postgres.client("psql");
        psql.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", &self.name, "-c", sql]);
        let output = psql.output().expect("psql runs");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
    }
}

#[track_caller]
fn succeeded(program: &str, output: &Output) {
    let said = |bytes| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{program}: {} {}", said(&output.stdout), said(&output.stderr));
}
