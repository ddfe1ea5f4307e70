//! Whether a component is older than what it is made of.
//!
//! Never in doubt for "fresh": what cannot be looked at counts as changed.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use crate::workbench::package::{Package, Recipe, Script};

/// What a script is made of, by extension.
const SOURCES: [&str; 5] = ["js", "py", "wit", "json", "toml"];

/// Folders within folders; one that goes deeper counts as changed.
const DEPTH: usize = 16;

/// Folders that tools fill.
const FOREIGN: [&str; 4] = ["node_modules", ".venv", "__pycache__", "build"];

/// See the module. A crate is always stale: cargo itself knows, and says so at once.
pub(super) fn is_stale(package: &Package) -> bool {
    match package.recipe() {
        Recipe::Cargo => true,
        Recipe::JavaScript(script) | Recipe::Python(script) => is_older(package, script).unwrap_or(true),
    }
}

fn is_older(package: &Package, script: &Script) -> Option<bool> {
    let made = fs::metadata(package.component()).ok()?.modified().ok()?;
    let folders = script.roots.iter().map(|root| package.folder().join(root));
    let folders = folders.chain([package.folder().join(&script.wit)]);
    let newest = folders.map(|folder| newest(&folder, DEPTH)).collect::<Option<Vec<SystemTime>>>()?;
    Some(newest.into_iter().any(|changed| changed > made))
}

/// When the last of a folder's sources changed.
fn newest(folder: &Path, depth: usize) -> Option<SystemTime> {
    let depth = depth.checked_sub(1)?;
    let mut last = SystemTime::UNIX_EPOCH;
    for entry in fs::read_dir(folder).ok()? {
        let path = entry.ok()?.path();
        let name = path.file_name()?.to_str()?.to_owned();
        let is_source = path.extension().is_some_and(|end| SOURCES.iter().any(|source| end == *source));
        if path.is_dir() && !FOREIGN.contains(&name.as_str()) {
            last = last.max(newest(&path, depth)?);
        } else if is_source && name != "cases.toml" {
            last = last.max(fs::metadata(&path).ok()?.modified().ok()?);
        }
    }
    Some(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;
    use std::time::Duration;

    #[test]
    fn only_a_source_that_is_newer_makes_a_component_stale() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str, at: u64| {
            let file = folder.path().join(name);
            fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
            fs::write(&file, text).expect("a written file");
            let opened = File::options().append(true).open(&file).expect("a file");
            opened.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(at)).expect("a time");
        };
        write("package.json", r#"{"name": "a", "witgate": {"world": "router"}}"#, 10);
        write("policy.js", "", 10);
        write("wit/worlds.wit", "", 10);
        let package = Package::at(folder.path()).expect("a package");
        assert!(is_stale(&package), "nothing was built");
        write("build/a.wasm", "", 20);
        assert!(!is_stale(&package));
        write("cases.toml", "", 30);
        write("node_modules/x/index.js", "", 30);
        assert!(!is_stale(&package), "neither is in the component");
        write("wit/worlds.wit", "", 30);
        assert!(is_stale(&package));
    }
}
