//! Where the built programs and components are. Never builds one: `cargo xtask test` does.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The root of the workspace.
pub fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest).to_path_buf()
}

/// A program of the profile that this harness is built with. Panics with the remedy when it is not built.
pub fn program(name: &str) -> PathBuf {
    built(target().join(if cfg!(debug_assertions) { "debug" } else { "release" }).join(name))
}

/// A command of such a program. All gateways share one folder of compiled code, so that each component is compiled once
/// for all tests and not once for each test.
pub fn command(name: &str) -> Command {
    let mut command = Command::new(program(name));
    command.env("XDG_CACHE_HOME", target().join("test-cache"));
    command
}

/// A compiled plugin or test guest by its file name without `.wasm`, such as `claims_authz`.
pub fn component(name: &str) -> PathBuf {
    built(components_folder().join(format!("{name}.wasm")))
}

/// Every compiled plugin and guest.
pub fn components() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(components_folder()).unwrap_or_else(|_| missing(&components_folder()));
    let files = entries.filter_map(|entry| Some(entry.ok()?.path()));
    files.filter(|file| file.extension().is_some_and(|extension| extension == "wasm")).collect()
}

/// A copy of every component in `plugins/` of a folder, so that a test may overwrite one.
pub fn copy_components(folder: &Path) {
    let plugins = folder.join("plugins");
    std::fs::create_dir(&plugins).expect("a folder for the plugins");
    for component in components() {
        let name = component.file_name().expect("a component's file name");
        std::fs::copy(&component, plugins.join(name)).expect("a copied component");
    }
}

/// Always below the root, where gateway.toml names them, also when `CARGO_TARGET_DIR` moves the programs.
fn components_folder() -> PathBuf {
    root().join("target").join("wasm32-wasip2").join("plugin")
}

/// Where cargo puts what it builds.
pub fn target() -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => root().join(folder),
        None => root().join("target"),
    }
}

fn built(file: PathBuf) -> PathBuf {
    if file.exists() { file } else { missing(&file) }
}

fn missing(file: &Path) -> ! {
    panic!("{} is missing: `cargo xtask test` builds the programs and plugins before the tests", file.display())
}
