//! Each file opens with `//!`: what it is for and what it never does. Never checks the words beyond that.

use std::path::Path;

use crate::source;
use crate::workspace::Workspace;

/// Every file under a `src` without such a header. A `tests.rs` needs the header, but may do anything.
pub fn faults(workspace: &Workspace) -> Vec<String> {
    let files = workspace.crates.iter().flat_map(|member| workspace.sources(member));
    files.filter_map(|file| fault(&file).map(|what| format!("{}: {what}", workspace.shown(&file)))).collect()
}

fn fault(file: &Path) -> Option<&'static str> {
    let text = source::read(file);
    let header: Vec<&str> = text.lines().take_while(|line| line.starts_with("//!")).collect();
    if header.is_empty() {
        return Some("has no header. Begin it with `//!` lines: what it is for, and what it never does.");
    }
    let says_never = header.join(" ").to_lowercase().split(|c: char| !c.is_alphanumeric()).any(|word| word == "never");
    if says_never || file.ends_with("tests.rs") {
        return None;
    }
    Some("the header does not say what this file never does. Add a sentence with the word `never`.")
}
