//! The binary of a service under test, and the command lines that start it.
//! Never starts anything outside a temporary folder.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tempfile::TempDir;
use tokio::process::Command;

use super::issuer::{AUDIENCE, ISSUER, Issuer};
use super::running::Running;

/// A service's binary.
#[derive(Debug, Clone, Copy)]
pub struct Program {
    /// What the service calls itself; its database has this name, too.
    pub name: &'static str,
    /// `env!("CARGO_BIN_EXE_…")`, which only the service's own tests know.
    pub binary: &'static str,
}

impl Program {
    /// Starts it in a fresh folder, with more arguments.
    pub async fn start_with(self, arguments: &[&str]) -> Running {
        let (issuer, folder) = fresh();
        let keys = [OsString::from("--jwks-file"), jwks_file(folder.path()).into()];
        let arguments = keys.into_iter().chain(arguments.iter().map(OsString::from)).collect();
        Running::start(self, issuer, folder, arguments).await
    }

    /// Starts it in a fresh folder, with the keys at an address instead of in a file.
    pub async fn start_with_keys_at(self, issuer: Issuer, jwks_url: &str) -> Running {
        let folder = tempfile::tempdir().unwrap();
        Running::start(self, issuer, folder, vec!["--jwks-url".into(), jwks_url.into()]).await
    }

    /// The command line over a folder that has `jwks.json`.
    pub fn command(self, folder: &Path, listen: &str) -> Command {
        let mut command = self.command_without_keys(folder, listen);
        command.arg("--jwks-file").arg(jwks_file(folder));
        command
    }

    /// The command line without a place for keys.
    pub fn command_without_keys(self, folder: &Path, listen: &str) -> Command {
        let mut command = Command::new(self.binary);
        command.args(["--listen", listen, "--issuer", ISSUER, "--audience", AUDIENCE]);
        command.arg("--database").arg(self.database(folder));
        // What the person's own shell asks for must not change what is logged.
        command.env_remove("RUST_LOG");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        command
    }

    /// Its database in a folder.
    pub fn database(self, folder: &Path) -> PathBuf {
        folder.join(format!("state/{}.sqlite", self.name))
    }
}

/// An issuer, and a folder with its keys.
pub fn fresh() -> (Issuer, TempDir) {
    let (issuer, folder) = (Issuer::new(), tempfile::tempdir().unwrap());
    issuer.write_jwks(&jwks_file(folder.path()));
    (issuer, folder)
}

/// Where a running service logs to.
pub fn log_file(folder: &Path) -> PathBuf {
    folder.join("stderr.log")
}

fn jwks_file(folder: &Path) -> PathBuf {
    folder.join("jwks.json")
}
