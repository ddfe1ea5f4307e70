//! How a child never outlives this program, even when it is killed with SIGKILL: the child starts as this same
//! program, asks the kernel to be killed when its parent dies, and then becomes the real program. Never forks.

use std::ffi::OsString;
use std::os::unix::process::{CommandExt, parent_id};
use std::path::Path;
use std::process::Command;

use rustix::process::Signal;

use crate::failure::{Doing, Failure};

/// The hidden subcommand that leads to [`become_program`].
pub const SUBCOMMAND: &str = "die-with-parent";

/// A command that runs `program` and dies with this process. Its process group is its own, so that a Ctrl-C at the
/// terminal reaches only us and the children stop in our order.
pub fn command(program: &Path) -> Result<Command, Failure> {
    let own = std::env::current_exe().doing("find the path of xtask itself")?;
    let mut command = Command::new(own);
    command.arg(SUBCOMMAND).arg(std::process::id().to_string()).arg("--").arg(program).process_group(0);
    Ok(command)
}

/// Replaces this process by the command; returns only when that failed. The kernel keeps the death signal across
/// `execve`. `parent` closes the race: it may have died before we asked.
pub fn become_program(parent: u32, command: &[OsString]) -> Failure {
    if let Err(error) = rustix::process::set_parent_process_death_signal(Some(Signal::KILL)) {
        return Failure::new(format!("could not tie the child's life to its parent: {error}"));
    }
    if parent_id() != parent {
        return Failure::new("the parent died before its child began");
    }
    let Some((program, arguments)) = command.split_first() else {
        return Failure::new("no command given");
    };
    let error = Command::new(program).args(arguments).exec();
    Failure::new(format!("could not start {}: {error}", Path::new(program).display()))
}
