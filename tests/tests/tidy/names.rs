//! Names that say nothing. Never an exception: what is shared has a name of its own.

use std::path::Path;

use crate::workspace::Workspace;

const BANNED: [&str; 7] = ["common", "util", "utils", "helper", "helpers", "misc", "shared"];

/// Every crate, folder and file with such a name.
pub fn faults(workspace: &Workspace) -> Vec<String> {
    let crates = workspace.crates.iter().filter(|member| is_banned_crate(&member.name));
    let mut faults: Vec<String> =
        crates.map(|member| format!("{}/Cargo.toml: {} {}", member.folder, member.name, REMEDY)).collect();
    for file in workspace.crates.iter().flat_map(|member| workspace.all_rust(member)) {
        let relative = file.strip_prefix(&workspace.root).unwrap_or(&file);
        faults.extend(banned_part(relative).map(|part| format!("{}: `{part}` {REMEDY}", relative.display())));
    }
    faults
}

const REMEDY: &str = "says nothing. Name it after the one concept it holds.";

fn is_banned_crate(name: &str) -> bool {
    name.split(['-', '_']).any(|part| BANNED.contains(&part))
}

fn banned_part(file: &Path) -> Option<String> {
    let parts = file.with_extension("");
    let mut parts = parts.components().map(|part| part.as_os_str().to_string_lossy().into_owned());
    parts.find(|part| BANNED.contains(&part.as_str()))
}
