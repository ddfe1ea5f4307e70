//! The services that a test's auth service knows: registered by its own command. Never shows a secret: it is in a file.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::programs;

/// What gateway and services may ask.
const SCOPES: [&str; 3] = ["revocations:read", "tokens:introspect", "tokens:revoke"];

/// What the command prints before the id.
const ID_LABEL: &str = "client id: ";

/// A registered client.
#[derive(Clone)]
pub struct Client {
    /// The id.
    pub id: String,
    /// The file with its secret.
    pub secret_file: PathBuf,
}

impl Client {
    /// The secret, for a test that asks in the client's name.
    pub fn secret(&self) -> String {
        let text = std::fs::read_to_string(&self.secret_file).expect("the file with the secret");
        text.trim_end().to_owned()
    }
}

/// Registers a client; its secret goes into `NAME.secret` beside the configuration.
pub fn add(config: &Path, name: &str) -> Client {
    let secret_file = config.with_file_name(format!("{name}.secret"));
    let mut arguments = vec![name, "--secret-file", secret_file.to_str().expect("a path of plain text")];
    arguments.extend(SCOPES.iter().flat_map(|scope| ["--scope", scope]));
    let said = register(config, &arguments);
    let id = said.lines().find_map(|line| line.strip_prefix(ID_LABEL)).expect("the client's id").to_owned();
    Client { id, secret_file }
}

/// `witgate-auth client add` with these arguments; what it printed.
pub fn register(config: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new(programs::program("witgate-auth"));
    command.args(["client", "add"]).args(arguments).arg("--config").arg(config).stdin(Stdio::null());
    let output = command.output().expect("witgate-auth client add");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "witgate-auth client add {arguments:?} failed: {errors}");
    String::from_utf8(output.stdout).expect("text")
}
