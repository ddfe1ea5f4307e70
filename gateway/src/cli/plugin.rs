//! `witgate plugin …`: what the author of a policy uses. One file for each command.
//!
//! Never does the work itself: `workbench` does.

mod bench;
mod build;
mod check;
mod fresh;
mod inspect;
mod new;
mod run;
mod test;
mod under;

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde::Serialize;

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
    /// Say what a component is: name, world, imports, config, size, digest
    Inspect(inspect::Inspect),
    /// Say whether the gateway would take a component: world, grants, config, limits
    Check(check::Check),
    /// Ask a component one request: what it reads, and what it decides
    Run(Box<run::Run>),
    /// Measure what a call costs, and compare it with what was saved
    Bench(bench::Bench),
    /// Ask a policy's cases.toml of its component in the real host, and say what differs
    Test(test::Test),
}

pub(super) fn run(arguments: Plugin) -> ExitCode {
    match arguments.command {
        Command::New(arguments) => new::run(arguments),
        Command::Build(arguments) => build::run(&arguments),
        Command::Inspect(arguments) => inspect::run(&arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::Run(arguments) => run::run(*arguments),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Test(arguments) => test::run(&arguments),
    }
}

/// Says on stderr why a command did not do what it was asked for.
fn failed(command: &str, why: impl std::fmt::Display, code: u8) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "witgate plugin {command}: {why}");
    ExitCode::from(code)
}

/// Prints, and ends with a code.
fn print(text: &str, code: ExitCode) -> ExitCode {
    say(text);
    code
}

/// Prints; with colours only where somebody sees them.
fn say(text: &str) {
    let mut out = anstream::stdout();
    let _ = out.write_all(text.as_bytes());
    let _ = out.flush();
}

/// What --json prints.
fn document(found: &impl Serialize) -> String {
    serde_json::to_string_pretty(found).map(|text| text + "\n").unwrap_or_default()
}

/// A path as a person at the terminal would write it.
fn shown(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    let path = path.strip_prefix(&here).or_else(|_| path.strip_prefix(".")).unwrap_or(path);
    path.display().to_string()
}
