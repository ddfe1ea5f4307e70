//! `cargo xtask ci`: what `.ci/run` runs. Never does less than the README's test command.

use crate::failure::Failure;
use crate::workspace::Workspace;
use crate::{apart, step, test};

/// The fuzz targets are a workspace of their own, which no other command looks at.
const FUZZ_MANIFEST: &str = "auth/token/fuzz/Cargo.toml";

/// Format check, clippy without warnings, also of the policies apart, the fuzz targets, then every test, none skipped.
pub fn run(workspace: &Workspace) -> Result<(), Failure> {
    let mut format = step::cargo(workspace);
    step::run("checking the format", format.args(["fmt", "--all", "--check"]))?;
    let mut clippy = step::cargo(workspace);
    clippy.args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]);
    step::run("running clippy", &mut clippy)?;
    apart::check(workspace)?;
    check_fuzz_targets(workspace)?;
    test::run(workspace, &[], test::Skips::Refused)
}

/// A stable compiler can check them, though not fuzz with them.
fn check_fuzz_targets(workspace: &Workspace) -> Result<(), Failure> {
    let mut check = step::cargo(workspace);
    check.args(["check", "--locked", "--bins", "--examples", "--manifest-path", FUZZ_MANIFEST, "--target-dir"]);
    step::run("checking the fuzz targets", check.arg(workspace.fuzz_check()))
}
