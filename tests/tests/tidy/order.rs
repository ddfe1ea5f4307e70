//! A module uses only modules declared above it in `lib.rs` or `main.rs`. Never looks at tests: they may reach up.

use std::path::{Path, PathBuf};

use crate::source;
use crate::workspace::Workspace;

/// Every use of a module that is declared further down.
pub fn faults(workspace: &Workspace) -> Vec<String> {
    let folders = workspace.crates.iter().map(|member| workspace.root.join(&member.folder).join("src"));
    let roots = folders.flat_map(|folder| [folder.join("lib.rs"), folder.join("main.rs")]);
    roots.filter(|root| root.exists()).flat_map(|root| root_faults(workspace, &root)).collect()
}

fn root_faults(workspace: &Workspace, root: &Path) -> Vec<String> {
    let modules = source::declared_modules(&source::shipped_code(&source::read(root)));
    let files = root.parent().map(|folder| workspace_files(folder, &modules)).unwrap_or_default();
    files.iter().flat_map(|(index, file)| file_faults(workspace, root, &modules, *index, file)).collect()
}

/// Every file of every module, with the module's place in the order.
fn workspace_files(folder: &Path, modules: &[String]) -> Vec<(usize, PathBuf)> {
    let mut files = Vec::new();
    for (index, module) in modules.iter().enumerate() {
        files.push((index, folder.join(format!("{module}.rs"))));
        files.extend(below(&folder.join(module)).into_iter().map(|file| (index, file)));
    }
    let is_rust = |file: &Path| file.extension().is_some_and(|extension| extension == "rs");
    files.retain(|(_, file)| file.exists() && is_rust(file) && !file.ends_with("tests.rs"));
    files
}

fn below(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.expect("a readable folder").path());
    paths.flat_map(|path| if path.is_dir() { below(&path) } else { vec![path] }).collect()
}

fn file_faults(workspace: &Workspace, root: &Path, modules: &[String], index: usize, file: &Path) -> Vec<String> {
    let code = source::shipped_code(&source::read(file));
    let mut used = source::names_after(&code, "crate");
    used.sort();
    used.dedup();
    let lower = used.iter().filter(|name| modules[index + 1..].contains(name));
    let (shown, root, own) = (workspace.shown(file), workspace.shown(root), &modules[index]);
    lower.map(|name| format!(
        "{shown}: uses crate::{name}, which {root} declares below `mod {own}`. Move `mod {name}` above `mod {own}`, or \
         turn the dependency round."
    )).collect()
}
