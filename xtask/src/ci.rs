//! `cargo xtask ci`: what `.ci/run` runs. Never does less than the README's test command.

use crate::failure::Failure;
use crate::workspace::Workspace;
use crate::{step, test};

/// Format check, clippy without warnings, then every test, none skipped.
pub fn run(workspace: &Workspace) -> Result<(), Failure> {
    let mut format = step::cargo(workspace);
    step::run("checking the format", format.args(["fmt", "--all", "--check"]))?;
    let mut clippy = step::cargo(workspace);
    clippy.args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]);
    step::run("running clippy", &mut clippy)?;
    test::run(workspace, &[], test::Skips::Refused)
}
