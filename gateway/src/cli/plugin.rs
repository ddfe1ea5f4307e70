//! `witgate plugin …`: what the author of a policy uses. One file for each command.
//!
//! Never does the work itself: `workbench` does.

mod build;
mod new;
mod test;

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use clap::{Args, Subcommand};

/// Exit code for checks, cases or a build that failed.
const EXIT_FAILED: u8 = 1;
/// Exit code for arguments or files that cannot be used.
const EXIT_USAGE: u8 = 2;

#[derive(Debug, Args)]
pub(super) struct Plugin {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make the folder of a new policy: code, config, tests, cases, README
    New(new::New),
    /// Build a policy with its language's own tools, and hold the component against its world
    Build(build::Build),
    /// Ask a policy's cases.toml of its component in the real host, and say what differs
    Test(test::Test),
}

pub(super) fn run(arguments: Plugin) -> ExitCode {
    match arguments.command {
        Command::New(arguments) => new::run(arguments),
        Command::Build(arguments) => build::run(&arguments),
        Command::Test(arguments) => test::run(&arguments),
    }
}

/// Says on stderr why a command did not do what it was asked for.
fn failed(command: &str, why: impl std::fmt::Display, code: u8) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "witgate plugin {command}: {why}");
    ExitCode::from(code)
}

/// A path as a person at the terminal would write it.
fn shown(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    let path = path.strip_prefix(&here).or_else(|_| path.strip_prefix(".")).unwrap_or(path);
    path.display().to_string()
}
