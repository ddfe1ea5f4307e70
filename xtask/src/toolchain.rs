//! The Rust side of the set-up: the wasm target that plugins need, LLVM's tools. Never changes the toolchain itself.

use std::path::{Path, PathBuf};

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

/// Adds the component that has `llvm-profdata` when it is missing. Gives the folder of its programs.
pub fn ensure_llvm_tools(workspace: &Workspace) -> Result<PathBuf, Failure> {
    let tools = rustc_says(workspace, &["--print", "target-libdir"])?.with_file_name("bin");
    if !tools.join("llvm-profdata").is_file() {
        let purpose = "adding LLVM's tools (rustup component add llvm-tools)";
        step::run(purpose, step::command(workspace, "rustup").args(["component", "add", "llvm-tools"]))?;
    }
    Ok(tools)
}

/// The target that this machine's programs are built for, such as `x86_64-unknown-linux-gnu`.
pub fn host(workspace: &Workspace) -> Result<String, Failure> {
    Ok(rustc_says(workspace, &["--print", "host-tuple"])?.display().to_string())
}

fn rustc_says(workspace: &Workspace, question: &[&str]) -> Result<PathBuf, Failure> {
    let output = step::command(workspace, "rustc").args(question).output().doing("ask rustc (is Rust installed?)")?;
    Ok(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()))
}

fn has_wasm_target(workspace: &Workspace) -> Result<bool, Failure> {
    let output = step::command(workspace, "rustc")
        .args(["--print", "target-libdir", "--target", WASM_TARGET])
        .output()
        .doing("ask rustc for its targets (is Rust installed?)")?;
    let folder = String::from_utf8_lossy(&output.stdout);
    Ok(output.status.success() && Path::new(folder.trim()).is_dir())
}
