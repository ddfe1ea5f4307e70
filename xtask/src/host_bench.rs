//! `cargo xtask bench host`: builds everything with the release profile and runs the trials of the policy host. Never
//! measures anything itself: the trials are those of the tests, in the large.

use std::ffi::OsString;

use crate::failure::Failure;
use crate::workspace::Workspace;
use crate::{build, languages, step, toolchain};

/// The parts that ask a running gateway.
const OUTSIDE: [&str; 2] = ["bystanders", "cost"];

/// The parts that call the policies within one process.
const INNOCENTS: &str = "innocents";
const CALLS: &str = "calls";

/// The part that reloads under load.
const RELOADS: &str = "reloads";

/// How many reloads there are.
const MANY_RELOADS: &str = "1000";

/// How many calls of policies that do nothing wrong are made on a machine that is too busy.
const INNOCENT_CALLS: &str = "1000000";

/// Runs the named parts, or all of them.
pub fn run(workspace: &Workspace, parts: &[OsString]) -> Result<(), Failure> {
    let is_chosen = |part: &str| parts.is_empty() || parts.iter().any(|chosen| chosen == part);
    let known = |part: &OsString| OUTSIDE.iter().chain(&[INNOCENTS, CALLS, RELOADS]).any(|name| part == name);
    if let Some(unknown) = parts.iter().find(|part| !known(part)) {
        let unknown = unknown.display();
        return Err(Failure::new(format!(
            "there is no part {unknown}; the parts are bystanders, cost, innocents, calls, reloads"
        )));
    }
    toolchain::ensure_wasm_target(workspace)?;
    build::plugins(workspace)?;
    build::guests(workspace)?;
    languages::ensure(workspace);
    let outside: Vec<&str> = OUTSIDE.into_iter().filter(|part| is_chosen(part)).collect();
    if !outside.is_empty() {
        build::release_programs(workspace, &["witgate"])?;
        let mut bench = step::cargo(workspace);
        bench.args(["run", "--release", "-p", "witgate-tests", "--bin", "host-bench", "--"]).args(outside);
        step::run("measuring the policy host", &mut bench)?;
    }
    if is_chosen(RELOADS) {
        build::release_programs(workspace, &["witgate"])?;
        let mut test = step::cargo(workspace);
        test.args([
            "test",
            "--release",
            "-p",
            "witgate-tests",
            "--test",
            "operations",
            "--",
            "--nocapture",
            "leak_nothing",
        ]);
        test.env("WITGATE_RELOADS", MANY_RELOADS);
        step::run("reloading under load", &mut test)?;
    }
    if is_chosen(INNOCENTS) {
        let mut test = step::cargo(workspace);
        test.args(["test", "--release", "-p", "witgate", "--test", "innocents", "--", "--nocapture"]);
        test.env("WITGATE_INNOCENT_CALLS", INNOCENT_CALLS);
        step::run("calling innocent policies on a busy machine", &mut test)?;
    }
    if is_chosen(CALLS) {
        let mut bench = step::cargo(workspace);
        bench.args(["bench", "-p", "witgate", "--bench", "calls"]);
        step::run("measuring the calls of policies", &mut bench)?;
    }
    Ok(())
}
