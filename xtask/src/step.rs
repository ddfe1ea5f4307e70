//! Running one outside command in the workspace, after saying so in one line. Never hides a command's output.

use std::ffi::OsStr;
use std::process::{Command, Stdio};

use crate::failure::{Doing, Failure};
use crate::workspace::Workspace;

/// Says one line about what happens now.
pub fn say(line: &str) {
    println!("xtask: {line}");
}

/// A command that runs in the root of the workspace.
pub fn command(workspace: &Workspace, program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(workspace.root());
    command
}

/// The cargo that runs us, or the one on the path.
pub fn cargo(workspace: &Workspace) -> Command {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    command(workspace, &cargo)
}

/// Runs to the end with our output; a failure names the purpose.
pub fn run(purpose: &str, command: &mut Command) -> Result<(), Failure> {
    say(purpose);
    let status = command.stdin(Stdio::null()).status().doing(format_args!("{purpose}: start {command:?}"))?;
    if status.success() { Ok(()) } else { Err(Failure::new(format!("{purpose}: {command:?} ended with {status}"))) }
}
