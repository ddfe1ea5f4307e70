//! Where the foreign programs are that tests compare with: npm packages and Python environments, as `cargo xtask test`
//! installs them below `target/oracles`. Never installs anything: a test that lacks them skips with the remedy.

use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tokio::process::Command;

use crate::{programs, skip};

const REMEDY: &str = "Node.js 20.19 or newer with npm, python3 with its venv module, then `cargo xtask test`";

/// A script of `tests/oracles/`, ready to be started.
pub struct Script {
    /// The command, without anything on its stdin or stdout yet.
    pub command: Command,
    /// Holds the script beside the packages it imports; must live as long as the script runs.
    pub folder: TempDir,
}

/// A Node script, with its packages; nothing, told as a skip, where they are not installed as the lock file says.
pub fn node(script: &str, what: &str) -> Option<Script> {
    let packages = installed("node", "package-lock.json", what)?.join("node_modules");
    let folder = folder_with(script);
    // ECMAScript modules are looked for beside the importing file only
    std::os::unix::fs::symlink(packages, folder.path().join("node_modules")).expect("a link to the packages");
    let mut command = Command::new("node");
    command.arg(folder.path().join(script)).current_dir(folder.path());
    Some(Script { command, folder })
}

/// A Python script in its environment; nothing, told as a skip, where that is not installed as the lock file says.
pub fn python(script: &str, what: &str) -> Option<Script> {
    let environment = installed("venv", "requirements.txt", what)?;
    let folder = folder_with(script);
    let mut command = Command::new(environment.join("bin").join("python"));
    command.arg(folder.path().join(script)).current_dir(folder.path());
    Some(Script { command, folder })
}

/// The command `schemathesis`; nothing, told as a skip, where it is not installed as the lock file says.
pub fn schemathesis(what: &str) -> Option<Command> {
    let environment = installed("schemathesis", "schemathesis.txt", what)?;
    let mut command = Command::new(environment.join("bin").join("python"));
    command.args(["-m", "schemathesis.cli"]);
    Some(command)
}

/// xtask leaves a copy of the lock file that it installed from: only the very same one counts.
fn installed(name: &str, lock: &str, what: &str) -> Option<PathBuf> {
    let folder = programs::root().join("target").join("oracles").join(name);
    let done = std::fs::read(folder.join("installed")).ok();
    if done.is_some_and(|done| done == read(&sources().join(lock))) {
        return Some(folder);
    }
    skip::skip(what, REMEDY);
    None
}

fn folder_with(script: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder for the script");
    std::fs::write(folder.path().join(script), read(&sources().join(script))).expect("a copy of the script");
    folder
}

fn sources() -> PathBuf {
    programs::root().join("tests").join("oracles")
}

fn read(file: &Path) -> Vec<u8> {
    std::fs::read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}
