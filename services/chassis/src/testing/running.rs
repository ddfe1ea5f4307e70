//! A running service that tests talk to.
//! Never waits without a deadline, and never leaves a process behind.

use std::ffi::OsString;
use std::fs::File;
use std::path::Path;

use reqwest::{Method, RequestBuilder};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Child;

use super::DEADLINE;
use super::answer::Answer;
use super::issuer::Issuer;
use super::program::{self, Program};

/// A process of a service. It is killed when this is dropped.
pub struct Running {
    /// Whose tokens it accepts.
    pub issuer: Issuer,
    /// `HOST:PORT`, as it announced it.
    pub address: String,
    /// The process.
    pub child: Child,
    /// Where its keys and its database are.
    pub folder: TempDir,
    /// What it was started from.
    pub program: Program,
    arguments: Vec<OsString>,
    client: reqwest::Client,
}

impl Running {
    /// Starts the program and waits until it says that it listens.
    pub async fn start(program: Program, issuer: Issuer, folder: TempDir, arguments: Vec<OsString>) -> Running {
        let mut command = program.command_without_keys(folder.path(), "127.0.0.1:0");
        // Into a file: a pipe that nobody reads would hold up a service that logs much.
        let log = File::options().create(true).append(true).open(program::log_file(folder.path())).unwrap();
        let mut child = command.args(&arguments).stderr(log).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = tokio::time::timeout(DEADLINE, lines.next_line()).await.unwrap().unwrap().unwrap();
        let address = line.strip_prefix("listening on http://").expect(&line).to_owned();
        Running { issuer, address, child, folder, program, arguments, client: client() }
    }

    /// All of its log until now, as JSON lines.
    pub fn log(&self) -> String {
        std::fs::read_to_string(program::log_file(self.folder.path())).unwrap()
    }

    /// Kills it; `change` may do something to the folder; starts it again with the same keys and database.
    pub async fn restart(self, change: impl FnOnce(&Path)) -> Running {
        let Running { issuer, folder, mut child, program, arguments, .. } = self;
        child.kill().await.unwrap();
        change(folder.path());
        Running::start(program, issuer, folder, arguments).await
    }

    /// Sends SIGTERM.
    pub fn terminate(&self) {
        let pid = Pid::from_raw(i32::try_from(self.child.id().unwrap()).unwrap()).unwrap();
        kill_process(pid, Signal::TERM).unwrap();
    }

    /// Waits for its end; the exit code.
    pub async fn exit_code(&mut self) -> Option<i32> {
        tokio::time::timeout(DEADLINE, self.child.wait()).await.unwrap().unwrap().code()
    }

    /// One request. None sends no Authorization header.
    pub async fn call(&self, method: Method, path: &str, token: Option<&str>, body: Option<Value>) -> Answer {
        let mut request = self.request(method, path);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        Answer::of(request.send().await.unwrap()).await
    }

    /// GET with a token.
    pub async fn get(&self, path: &str, token: &str) -> Answer {
        self.call(Method::GET, path, Some(token), None).await
    }

    /// POST of JSON with a token.
    pub async fn post(&self, path: &str, token: &str, body: Value) -> Answer {
        self.call(Method::POST, path, Some(token), Some(body)).await
    }

    /// A request to shape by hand.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("http://{}{path}", self.address)).timeout(DEADLINE)
    }
}

/// A proxy of the environment is not meant for loopback.
fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}
