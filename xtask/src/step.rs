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

/// Does a whole step, and does it once more when it failed: what comes from other machines has bad moments.
pub fn twice(step: impl Fn() -> Result<(), Failure>) -> Result<(), Failure> {
    step().or_else(|failure| {
        say(&format!("{failure}; once more"));
        step()
    })
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn a_step_that_failed_is_done_once_more_and_no_oftener() {
        for (failures, done, succeeds) in [(0, 1, true), (1, 2, true), (2, 2, false)] {
            let count = Cell::new(0);
            let step = || {
                count.set(count.get() + 1);
                if count.get() > failures { Ok(()) } else { Err(Failure::new("a bad moment")) }
            };
            assert_eq!((twice(step).is_ok(), count.get()), (succeeds, done), "{failures} failures");
        }
    }
}
