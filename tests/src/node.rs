//! One auth service that a test may kill and start again at the same address. Never started again by itself.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::auth_caller::AuthCaller;
use crate::child::Running;
use crate::clients::{self, Client};
use crate::deadline::PATIENCE;
use crate::{arguments, configs, programs, users};

/// The program.
const PROGRAM: &str = "witgate-auth";

/// Where its SQLite database is, as `tests/configs/auth.toml` says.
const DATABASE: &str = "auth.sqlite";

/// The label before its address on its stdout.
const BOUND: &str = "listening on ";

/// A node; dropping it kills it.
pub struct Node {
    folder: PathBuf,
    child: Running,
    url: String,
}

impl Node {
    /// Starts it on a free port. The folder has an `auth.toml`, and gets the log.
    pub async fn start(folder: &Path) -> Node {
        let mut child = Running::start(PROGRAM, &arguments::auth("127.0.0.1:0"), folder);
        let url = child.address(BOUND).await;
        Node { folder: folder.to_owned(), child, url }
    }

    /// Where it listens.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A client with connections of its own.
    pub fn caller(&self) -> AuthCaller {
        AuthCaller::new(&self.url)
    }

    /// SIGKILL.
    pub async fn kill(&mut self) {
        self.child.kill().await;
    }

    /// Starts it again where it was.
    pub async fn restart(&mut self) {
        let listen = self.url.trim_start_matches("http://");
        self.child = Running::start(PROGRAM, &arguments::auth(listen), &self.folder);
        assert_eq!(self.child.address(BOUND).await, self.url);
    }

    /// The process id.
    pub fn process_id(&self) -> u32 {
        self.child.id()
    }

    /// Its log of all lives.
    pub fn log(&self) -> String {
        self.child.log()
    }

    /// The end of its outputs, for a failed test.
    pub fn last_words(&self) -> String {
        self.child.last_words()
    }

    /// Begins `witgate-auth ARGUMENTS --config auth.toml` beside it.
    pub fn command(&self, arguments: &[&str]) -> Child {
        let mut command = Command::new(programs::program(PROGRAM));
        command.args(arguments).arg("--config").arg(self.folder.join("auth.toml"));
        command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().expect("witgate-auth")
    }
}

/// A node of its own on SQLite, with [`users::USERS`] and one client.
pub struct Solo {
    /// The node.
    pub node: Node,
    /// It may ask about tokens.
    pub client: Client,
    _folder: TempDir,
}

impl Solo {
    /// Makes the database and starts the node.
    pub async fn start() -> Solo {
        let folder = tempfile::tempdir().expect("a folder for the node");
        configs::write(folder.path(), "auth.toml", &configs::auth_toml());
        let config = folder.path().join("auth.toml");
        users::add_all(&config);
        let client = clients::add(&config, "trial");
        Solo { node: Node::start(folder.path()).await, client, _folder: folder }
    }

    /// Runs SQL behind the node's back.
    pub fn sql(&self, statement: &str) {
        let connection = rusqlite::Connection::open(self.node.folder.join(DATABASE)).expect("the node's database");
        connection.busy_timeout(PATIENCE).expect("a deadline");
        connection.execute(statement, []).unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
}
