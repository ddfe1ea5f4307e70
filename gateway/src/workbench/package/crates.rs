//! A policy that is a crate: what `cargo metadata` says of it.
//!
//! Never reads Cargo.toml itself: what a workspace adds to it is cargo's to know. Never resolves dependencies, so it
//! needs no network.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

use super::{PROFILE, Package, PackageFault, Recipe};

/// The file that makes a folder a crate.
pub(super) const MANIFEST: &str = "Cargo.toml";

/// The target that components are compiled to.
pub const WASM_TARGET: &str = "wasm32-wasip2";

/// The kind of target that becomes a component.
const COMPONENT_KIND: &str = "cdylib";

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Member>,
    target_directory: PathBuf,
}

#[derive(Deserialize)]
struct Member {
    name: String,
    manifest_path: PathBuf,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

/// The package of the crate in this folder.
pub(super) fn read(folder: &Path) -> Result<Package, PackageFault> {
    let file = folder.join(MANIFEST);
    let fault = |why: &str| PackageFault::Manifest { file: file.clone(), why: why.to_owned() };
    let metadata: Metadata =
        serde_json::from_slice(&asked(folder, &file)?).map_err(|error| fault(&error.to_string()))?;
    let whole = file.canonicalize().map_err(|error| fault(&error.to_string()))?;
    let member =
        metadata.packages.into_iter().find(|member| member.manifest_path.canonicalize().ok() == Some(whole.clone()));
    let member = member.ok_or_else(|| fault("is a workspace and no crate; give the folder of one member"))?;
    let component = member.targets.iter().find(|target| target.kind.iter().any(|kind| kind == COMPONENT_KIND));
    let component =
        component.ok_or_else(|| fault("has no component; add to [lib]: crate-type = [\"cdylib\", \"rlib\"]"))?;
    let file_name = format!("{}.wasm", component.name.replace('-', "_"));
    Ok(Package {
        folder: folder.to_owned(),
        name: member.name,
        component: metadata.target_directory.join(WASM_TARGET).join(PROFILE).join(file_name),
        recipe: Recipe::Cargo,
    })
}

/// Cargo's own answer, as JSON. Asked where it builds, too: its configuration is that of the folder it runs in.
fn asked(folder: &Path, file: &Path) -> Result<Vec<u8>, PackageFault> {
    let mut cargo = cargo();
    cargo.args(["metadata", "--no-deps", "--format-version", "1", "--manifest-path", MANIFEST]);
    cargo.current_dir(folder).stdin(Stdio::null());
    let output = cargo.output().map_err(|error| PackageFault::NoCargo(error.to_string()))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr).trim_end().to_owned();
    Err(PackageFault::Cargo { file: file.to_owned(), said })
}

/// The cargo that started us, or the one on the path.
pub(in crate::workbench) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}
