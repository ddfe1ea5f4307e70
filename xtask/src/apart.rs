//! Policies that are a workspace of their own: their format, clippy and tests, which no command for this workspace looks
//! at. Never builds their components: `build` does, with the others.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::Failure;
use crate::workspace::Workspace;
use crate::{build, step};

/// Checks their format, and clippy without warnings.
pub fn check(workspace: &Workspace) -> Result<(), Failure> {
    for manifest in manifests(workspace)? {
        let mut format = cargo(workspace, "fmt", &manifest);
        step::run(&format!("checking the format of {}", manifest.display()), format.arg("--check"))?;
        let mut clippy = cargo(workspace, "clippy", &manifest);
        clippy
            .args(["--locked", "--all-targets", "--target-dir"])
            .arg(workspace.apart())
            .args(["--", "-D", "warnings"]);
        step::run(&format!("running clippy on {}", manifest.display()), &mut clippy)?;
    }
    Ok(())
}

/// Runs their tests.
pub fn test(workspace: &Workspace) -> Result<(), Failure> {
    for manifest in manifests(workspace)? {
        let mut test = cargo(workspace, "test", &manifest);
        test.args(["--locked", "--target-dir"]).arg(workspace.apart());
        step::run(&format!("testing {}", manifest.display()), &mut test)?;
    }
    Ok(())
}

fn manifests(workspace: &Workspace) -> Result<Vec<PathBuf>, Failure> {
    build::own_workspaces(&workspace.root().join("plugins"))
}

fn cargo(workspace: &Workspace, task: &str, manifest: &Path) -> Command {
    let mut command = step::cargo(workspace);
    command.arg(task).arg("--manifest-path").arg(manifest);
    command
}
