//! `cargo xtask bench auth`: builds everything with the release profile and runs the trials of the auth service. Never
//! measures anything itself: the trials are those of the cluster tests, in the large.

use std::ffi::OsString;

use crate::failure::Failure;
use crate::workspace::Workspace;
use crate::{build, packages, step, toolchain};

/// What the trials start.
const PROGRAMS: [&str; 3] = ["witgate", "witgate-auth", "orders"];

/// Runs the named parts, or all of them.
pub fn run(workspace: &Workspace, parts: &[OsString]) -> Result<(), Failure> {
    packages::ensure(workspace, &packages::DATABASE);
    toolchain::ensure_wasm_target(workspace)?;
    build::plugins(workspace)?;
    build::release_programs(workspace, &PROGRAMS)?;
    let mut bench = step::cargo(workspace);
    bench.args(["run", "--release", "-p", "witgate-tests", "--bin", "auth-bench", "--"]).args(parts);
    step::run("measuring the auth service", &mut bench)
}
