//! `cargo xtask test`: set-up, build, and every test of the workspace. Never silent about a test that was skipped.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::failure::{Doing, Failure};
use crate::workspace::Workspace;
use crate::{apart, build, languages, oracles, packages, step, toolchain};

/// Tests that skip append a line to the file that this variable names: what was skipped, a tab, how to get it.
const SKIPS_VARIABLE: &str = "WITGATE_SKIPS";

/// Tests that measure something append a line to the file that this variable names.
const MEASURED_VARIABLE: &str = "WITGATE_MEASURED";

/// What a skipped test means.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Skips {
    /// It is told at the end.
    Told,
    /// It is a failure.
    Refused,
}

/// Sets up, builds and tests; `arguments` replace `--workspace`.
pub fn run(workspace: &Workspace, arguments: &[OsString], skips: Skips) -> Result<(), Failure> {
    toolchain::ensure_wasm_target(workspace)?;
    packages::ensure(workspace, &packages::BROWSER);
    packages::ensure(workspace, &packages::DATABASE);
    packages::ensure(workspace, &packages::COUNTER);
    oracles::ensure(workspace);
    languages::ensure(workspace);
    build::plugins(workspace)?;
    build::cookbook(workspace)?;
    build::guests(workspace)?;
    build::programs(workspace)?;
    // Built before they run, as some tests run `cargo xtask demo`, which must find everything built.
    step::run("building the tests", &mut test_command(workspace, &["--no-run"], arguments))?;
    let (told, measured) = (fresh_file(workspace, "skipped-tests")?, fresh_file(workspace, "measured")?);
    let mut command = test_command(workspace, &["--no-fail-fast"], arguments);
    command.env(SKIPS_VARIABLE, &told).env(MEASURED_VARIABLE, &measured);
    let mut outcome = step::run("running the tests", &mut command);
    if arguments.is_empty() {
        outcome = outcome.and(apart::test(workspace));
    }
    tell_measured(&fs::read_to_string(&measured).unwrap_or_default());
    let skipped = tell_skips(&fs::read_to_string(&told).unwrap_or_default());
    outcome?;
    let in_ci = skips == Skips::Refused || std::env::var_os("CI").is_some();
    if in_ci && skipped > 0 {
        return Err(Failure::new(format!("{skipped} tests were skipped, and here that is a failure")));
    }
    Ok(())
}

fn test_command(workspace: &Workspace, options: &[&str], arguments: &[OsString]) -> Command {
    let mut command = step::cargo(workspace);
    command.arg("test").args(options);
    if arguments.is_empty() {
        command.arg("--workspace");
    }
    command.args(arguments);
    command
}

fn fresh_file(workspace: &Workspace, name: &str) -> Result<PathBuf, Failure> {
    let folder = workspace.state();
    fs::create_dir_all(&folder).doing(format_args!("create {}", folder.display()))?;
    let file = folder.join(name);
    fs::write(&file, "").doing(format_args!("write {}", file.display()))?;
    Ok(file)
}

fn tell_measured(text: &str) {
    for line in text.lines() {
        step::say(&format!("measured: {line}"));
    }
}

/// Says what was skipped; returns how much.
fn tell_skips(text: &str) -> usize {
    let lines: Vec<&str> = text.lines().collect();
    match lines.len() {
        0 => step::say("no test was skipped"),
        count => step::say(&format!("{count} tests were skipped:")),
    }
    for line in &lines {
        let (what, remedy) = line.split_once('\t').unwrap_or((line, "see the test's own message"));
        println!("  {what} (to run it: {remedy})");
    }
    lines.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_told_skip_counts() {
        assert_eq!(tell_skips("portal\tapt-get install chromium\nother"), 2);
        assert_eq!(tell_skips(""), 0);
    }
}
