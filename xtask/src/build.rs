//! Compiling: plugins and test guests to wasm components, programs to native binaries. Never runs what it built.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Doing, Failure};
use crate::step;
use crate::workspace::{PLUGIN_PROFILE, WASM_TARGET, Workspace};

/// The programs of the running system and of the benchmark, by cargo package.
pub const PROGRAMS: [&str; 6] = ["witgate-auth", "inventory", "orders", "portal", "witgate", "witgate-bench"];

/// Compiles every plugin under `plugins/`.
pub fn plugins(workspace: &Workspace) -> Result<(), Failure> {
    components(workspace, "plugins", "building the plugins")
}

/// Compiles the policies of docs/cookbook.md, to `examples` beside the plugins. Never needed by the demo.
pub fn cookbook(workspace: &Workspace) -> Result<(), Failure> {
    let mut command = component_build(workspace);
    command.args(["-p", "witgate-cookbook", "--examples"]);
    step::run(&format!("building the policies of the cookbook for {WASM_TARGET}"), &mut command)
}

/// Compiles every faulty or patchable component under `tests/guests/`.
pub fn guests(workspace: &Workspace) -> Result<(), Failure> {
    components(workspace, "tests/guests", "building the test guests")
}

/// Compiles the programs with the dev profile.
pub fn programs(workspace: &Workspace) -> Result<(), Failure> {
    let mut command = step::cargo(workspace);
    command.arg("build");
    select(&mut command, &PROGRAMS);
    step::run("building the programs (dev profile)", &mut command)
}

/// Compiles the named programs with the release profile.
pub fn release_programs(workspace: &Workspace, names: &[&str]) -> Result<(), Failure> {
    let mut command = step::cargo(workspace);
    command.args(["build", "--release"]);
    select(&mut command, names);
    step::run(&format!("building {} (release profile)", names.join(", ")), &mut command)
}

fn components(workspace: &Workspace, folder: &str, purpose: &str) -> Result<(), Failure> {
    let folder = workspace.root().join(folder);
    let names = component_packages(&folder)?;
    let mut command = component_build(workspace);
    select(&mut command, &names);
    step::run(&format!("{purpose} ({}) for {WASM_TARGET}", names.join(", ")), &mut command)?;
    for manifest in own_workspaces(&folder)? {
        let mut command = component_build(workspace);
        command.arg("--locked").arg("--manifest-path").arg(&manifest);
        step::run(&format!("{purpose} ({}) for {WASM_TARGET}", manifest.display()), &mut command)?;
    }
    Ok(())
}

fn component_build(workspace: &Workspace) -> Command {
    let mut command = step::cargo(workspace);
    // gateway.toml names the components by their path, so CARGO_TARGET_DIR must not move them
    command.arg("build").arg("--target-dir").arg(workspace.root().join("target"));
    command.args(["--target", WASM_TARGET, "--profile", PLUGIN_PROFILE]);
    command
}

fn select(command: &mut Command, packages: &[impl AsRef<str>]) {
    for package in packages {
        command.args(["-p", package.as_ref()]);
    }
}

/// The manifests below a folder of components that are a workspace of their own, since what they depend on must not
/// change the features that the programs are built with.
pub fn own_workspaces(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let manifests = component_manifests(folder)?.into_iter();
    Ok(manifests.filter(|(_, text)| is_own_workspace(text)).map(|(manifest, _)| manifest).collect())
}

/// The package names below a folder that become a component of this workspace.
fn component_packages(folder: &Path) -> Result<Vec<String>, Failure> {
    let manifests = component_manifests(folder)?.into_iter();
    Ok(manifests.filter(|(_, text)| !is_own_workspace(text)).filter_map(|(_, text)| package_name(&text)).collect())
}

/// The manifests below a folder that become a component: those with a `cdylib`.
fn component_manifests(folder: &Path) -> Result<Vec<(PathBuf, String)>, Failure> {
    let entries = fs::read_dir(folder).doing(format_args!("read the folder {}", folder.display()))?;
    let manifests = entries.filter_map(|entry| Some(entry.ok()?.path().join("Cargo.toml")));
    let read = manifests.filter_map(|manifest| fs::read_to_string(&manifest).ok().map(|text| (manifest, text)));
    let mut components: Vec<(PathBuf, String)> = read.filter(|(_, text)| is_component(text)).collect();
    components.sort();
    Ok(components)
}

fn is_own_workspace(manifest: &str) -> bool {
    manifest.lines().any(|line| line.trim() == "[workspace]")
}

/// The examples of the cookbook are components, too, but no library.
fn is_component(manifest: &str) -> bool {
    manifest.split("\n[").any(|table| table.starts_with("lib]") && table.contains("cdylib"))
}

fn package_name(manifest: &str) -> Option<String> {
    let line = manifest.lines().find_map(|line| line.strip_prefix("name = "))?;
    Some(line.trim().trim_matches('"').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_beside_the_plugins_is_no_component() {
        let folder = tempfile::tempdir().expect("a temp folder");
        let component = "crate-type = [\"cdylib\"]";
        let own = format!("{component}\n[workspace]");
        let example = format!("\n[[example]]\n{component}");
        for (name, kind) in [("sdk", ""), ("one-policy", component), ("apart", &own), ("examples", &example)] {
            let package = folder.path().join(name);
            fs::create_dir(&package).expect("a folder");
            let text = format!("[package]\nname = \"{name}\"\n[lib]\n{kind}\n");
            fs::write(package.join("Cargo.toml"), text).expect("a manifest");
        }
        assert_eq!(component_packages(folder.path()).expect("names"), ["one-policy"]);
        let apart = folder.path().join("apart").join("Cargo.toml");
        assert_eq!(own_workspaces(folder.path()).expect("manifests"), [apart]);
    }
}
