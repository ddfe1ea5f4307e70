//! The policies and kits that are not Rust: what each folder has, how each file opens, how long it is. Never runs one.

use std::fs;
use std::path::{Path, PathBuf};

use crate::source;
use crate::workspace::Workspace;

/// No script may have more lines.
const LINES_AT_MOST: usize = 200;

/// Where scripts may be.
const FOLDERS: [&str; 2] = ["plugins", "tests/guests"];

/// What a shipped policy has beside its script.
const BESIDE: [&str; 2] = ["README.md", "cases.toml"];

/// Every fault of a script or of its folder.
pub fn faults(workspace: &Workspace) -> Vec<String> {
    let mut faults = Vec::new();
    for file in FOLDERS.iter().flat_map(|folder| scripts(&workspace.root.join(folder))) {
        let text = source::read(&file);
        faults.extend(text_fault(&text).map(|what| format!("{}: {what}", workspace.shown(&file))));
        faults.extend(missing(workspace, &file));
    }
    faults
}

fn text_fault(text: &str) -> Option<String> {
    let header = header(text).to_lowercase();
    let says_never = header.split(|c: char| !c.is_alphanumeric()).any(|word| word == "never");
    let lines = text.lines().count();
    match (says_never, lines > LINES_AT_MOST) {
        (false, _) => Some("does not open with what it is for and a sentence with the word `never`.".to_owned()),
        (true, true) => Some(format!("has {lines} lines, more than {LINES_AT_MOST}. Split it by concept.")),
        (true, false) => None,
    }
}

/// The comment of JavaScript, or the docstring of Python, that the file begins with.
fn header(text: &str) -> String {
    match text.strip_prefix("\"\"\"") {
        Some(rest) => rest.split("\"\"\"").next().unwrap_or_default().to_owned(),
        None => text.lines().take_while(|line| line.starts_with("//")).collect(),
    }
}

/// A policy that ships is documented and has cases.
fn missing(workspace: &Workspace, file: &Path) -> Vec<String> {
    let folder = workspace.root.join("plugins");
    // of a template these are elsewhere: all languages share them
    let shipped = file.starts_with(&folder) && !file.starts_with(folder.join("templates"));
    let shipped = shipped && file.file_stem().is_some_and(|name| name == "policy");
    let absent = BESIDE.iter().filter(|name| shipped && !file.with_file_name(name).exists());
    absent.map(|name| format!("{}: has no {name} beside it. Add it.", workspace.shown(file))).collect()
}

fn scripts(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("a readable folder").path()).collect();
    paths.sort();
    paths.into_iter().flat_map(scripts_at).collect()
}

fn scripts_at(path: PathBuf) -> Vec<PathBuf> {
    // put there by tools, when they are used by hand
    let foreign = ["node_modules", "__pycache__", "target"].iter().any(|name| path.ends_with(name));
    match path.extension().and_then(|extension| extension.to_str()) {
        _ if foreign => Vec::new(),
        _ if path.is_dir() => scripts(&path),
        Some("js" | "mjs" | "ts" | "py") => vec![path],
        _ => Vec::new(),
    }
}
