//! The Rust side of the set-up: the wasm target that plugins need. Never changes the toolchain itself.

use std::path::Path;

use crate::failure::{Doing, Failure};
use crate::step;
use crate::workspace::{WASM_TARGET, Workspace};

/// Adds the wasm target when it is missing.
pub fn ensure_wasm_target(workspace: &Workspace) -> Result<(), Failure> {
    if has_wasm_target(workspace)? {
        return Ok(());
    }
    let purpose = format!("adding the Rust target {WASM_TARGET} (rustup target add {WASM_TARGET})");
    step::run(&purpose, step::command(workspace, "rustup").args(["target", "add", WASM_TARGET]))
}

fn has_wasm_target(workspace: &Workspace) -> Result<bool, Failure> {
    let output = step::command(workspace, "rustc")
        .args(["--print", "target-libdir", "--target", WASM_TARGET])
        .output()
        .doing("ask rustc for its targets (is Rust installed?)")?;
    let folder = String::from_utf8_lossy(&output.stdout);
    Ok(output.status.success() && Path::new(folder.trim()).is_dir())
}
