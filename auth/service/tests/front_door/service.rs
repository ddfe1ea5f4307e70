//! The real process and the folder that it works in. Never waits without a deadline, and never leaves a process behind.

use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, Command};
use witgate_ground::postgres::Database;

use super::both;

/// How long anything may take before the test fails.
pub const DEADLINE: Duration = Duration::from_secs(60);

/// What every auth.toml of the tests says.
const CONFIG: &str = "listen = \"127.0.0.1:0\"\nissuer = \"http://127.0.0.1:9000\"\naudience = \"witgate\"\n";

/// A temporary folder with an auth.toml, and the database that it names.
pub struct Folder {
    temp: tempfile::TempDir,
    /// Nothing: SQLite in the folder.
    postgres: Option<Database<'static>>,
}

/// What a command did.
pub struct Done {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Folder {
    pub fn new() -> Folder {
        Folder::with_config(CONFIG)
    }

    pub fn with_config(text: &str) -> Folder {
        let temp = tempfile::tempdir().unwrap();
        std::fs::write(temp.path().join("auth.toml"), text).unwrap();
        Folder { temp, postgres: None }
    }

    /// `None` when PostgreSQL is not installed.
    pub fn on_postgres() -> Option<Folder> {
        let (temp, database) = (tempfile::tempdir().unwrap(), both::database()?);
        let config = format!("{CONFIG}{}", both::config(&database, temp.path()));
        std::fs::write(temp.path().join("auth.toml"), config).unwrap();
        Some(Folder { temp, postgres: Some(database) })
    }

    /// `None` when PostgreSQL is not installed.
    pub async fn on_postgres_with_alice() -> Option<Folder> {
        let folder = Folder::on_postgres()?;
        folder.add("alice", "customer", "correct horse").await;
        Some(folder)
    }

    pub async fn with_alice() -> Folder {
        let folder = Folder::new();
        folder.add("alice", "customer", "correct horse").await;
        folder
    }

    pub fn config(&self) -> PathBuf {
        self.temp.path().join("auth.toml")
    }

    /// Writes more into the auth.toml.
    pub fn configure(&self, more: &str) {
        let text = std::fs::read_to_string(self.config()).unwrap();
        std::fs::write(self.config(), format!("{text}{more}")).unwrap();
    }

    pub fn database(&self) -> PathBuf {
        self.temp.path().join("state/auth.sqlite")
    }

    /// The file with the master key.
    pub fn encryption_key(&self) -> PathBuf {
        let beside = if self.postgres.is_some() { self.config() } else { self.database() };
        beside.with_file_name("auth.key")
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.temp.path().join("log")).unwrap()
    }

    /// Everything that lies in the state folder, as bytes.
    pub fn state_bytes(&self) -> Vec<u8> {
        let files = std::fs::read_dir(self.temp.path().join("state")).unwrap();
        files.flat_map(|entry| std::fs::read(entry.unwrap().path()).unwrap()).collect()
    }

    /// Changes the database behind the service's back, to make time pass. The number of rows changed.
    pub fn sql(&self, statement: &str) -> usize {
        if let Some(database) = &self.postgres {
            let counted = format!("WITH changed AS ({statement} RETURNING 1) SELECT count(*) FROM changed");
            return database.sql(&counted).parse().unwrap();
        }
        let connection = rusqlite::Connection::open(self.database()).unwrap();
        connection.busy_timeout(DEADLINE).unwrap();
        connection.execute(statement, []).unwrap()
    }

    pub fn number(&self, query: &str) -> i64 {
        if let Some(database) = &self.postgres {
            return database.sql(query).parse().unwrap();
        }
        let connection = rusqlite::Connection::open(self.database()).unwrap();
        connection.query_row(query, [], |row| row.get(0)).unwrap()
    }

    pub fn bytes(&self, query: &str) -> Vec<u8> {
        let connection = rusqlite::Connection::open(self.database()).unwrap();
        connection.query_row(query, [], |row| row.get(0)).unwrap()
    }

    pub async fn add(&self, name: &str, role: &str, password: &str) {
        let done =
            self.cli(&["user", "add", name, "--role", role, "--tenant", "acme", "--password-stdin"], password).await;
        assert_eq!(done.code, 0, "{}", done.stderr);
    }

    /// Runs the binary with `--config` of this folder appended, and the text on its standard input.
    pub async fn cli(&self, args: &[&str], stdin: &str) -> Done {
        let config = self.config();
        let mut args: Vec<&str> = args.to_vec();
        args.extend(["--config", config.to_str().unwrap()]);
        run_binary(&args, stdin).await
    }
}

/// Runs the binary to its end.
pub async fn run_binary(args: &[&str], stdin: &str) -> Done {
    let mut child = binary()
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    // A command that takes no input may have closed its end.
    let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes()).await;
    let output = tokio::time::timeout(DEADLINE, child.wait_with_output()).await.expect("ends in time").unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Done { code: output.status.code().unwrap(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

fn binary() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_witgate-auth"));
    command.env_remove("RUST_LOG").kill_on_drop(true);
    command
}

/// A running service.
pub struct Service {
    child: Child,
    pub url: String,
    /// Where administrators ask, when the auth.toml has `[admin]`.
    pub admin_url: Option<String>,
    client: reqwest::Client,
}

/// An answer, read to its end.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }

    #[track_caller]
    pub fn string(&self, member: &str) -> String {
        self.json()[member].as_str().unwrap_or_else(|| panic!("no {member}: {self:?}")).to_owned()
    }

    /// Checks that this is a problem document with this status and code.
    #[track_caller]
    pub fn is_problem(&self, status: u16, code: &str) {
        let document = self.json();
        assert_eq!((self.status, document["code"].as_str()), (status, Some(code)), "{self:?}");
        assert_eq!(self.headers["content-type"], "application/problem+json");
        assert_eq!((&document["type"], &document["status"]), (&json!("about:blank"), &json!(status)));
        assert_eq!(document["request_id"], self.headers["x-request-id"].to_str().unwrap());
        assert!(document["title"].is_string() && document["detail"].is_string(), "{document}");
    }
}

impl Service {
    /// Starts the binary and waits for the line with its address. The log goes to a file in the folder.
    pub async fn start(folder: &Folder) -> Service {
        let log = std::fs::File::options().create(true).append(true).open(folder.temp.path().join("log")).unwrap();
        let mut child = binary()
            .args(["run", "--config"])
            .arg(folder.config())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("the binary starts");
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = tokio::time::timeout(DEADLINE, lines.next_line()).await.expect("starts in time").unwrap();
        let line = line.unwrap_or_else(|| panic!("ended without an address: {}", folder.log()));
        let url = line.strip_prefix("listening on ").expect("the address").to_owned();
        let mut admin_url = None;
        if std::fs::read_to_string(folder.config()).unwrap().contains("[admin]") {
            let line = tokio::time::timeout(DEADLINE, lines.next_line()).await.expect("in time").unwrap();
            admin_url = line.unwrap().strip_prefix("admin on ").map(str::to_owned);
        }
        let client = reqwest::Client::builder().no_proxy().timeout(DEADLINE).build().unwrap();
        Service { child, url, admin_url, client }
    }

    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<reqwest::Body>,
    ) -> Answer {
        self.send_to(&self.url, method, path, headers, body).await
    }

    /// Asks another listener of the service.
    pub async fn send_to(
        &self,
        url: &str,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<reqwest::Body>,
    ) -> Answer {
        let mut request = self.client.request(method, format!("{url}{path}")).body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Answer { status, headers, text: response.text().await.expect("a body") }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], "").await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, &[("content-type", "application/json")], body.to_string()).await
    }

    pub async fn login(&self, username: &str, password: &str) -> Answer {
        self.post("/login", &json!({ "username": username, "password": password })).await
    }

    pub async fn refresh(&self, token: &str) -> Answer {
        self.post("/refresh", &json!({ "refresh_token": token })).await
    }

    pub async fn logout(&self, token: &str) -> Answer {
        self.post("/logout", &json!({ "refresh_token": token })).await
    }

    /// Signs alice in; her refresh token.
    pub async fn alice(&self) -> String {
        let answer = self.login("alice", "correct horse").await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.string("refresh_token")
    }

    pub async fn kid(&self) -> String {
        self.get("/.well-known/jwks.json").await.json()["keys"][0]["kid"].as_str().unwrap().to_owned()
    }

    /// SIGKILL: no chance to clean up.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// SIGTERM, and the exit status.
    pub async fn stop(mut self) -> ExitStatus {
        let pid = self.child.id().unwrap().to_string();
        let sent = Command::new("kill").args(["-TERM", &pid]).status().await.unwrap();
        assert!(sent.success());
        tokio::time::timeout(DEADLINE, self.child.wait()).await.expect("stops in time").unwrap()
    }
}
