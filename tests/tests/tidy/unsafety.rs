//! `unsafe` stands in one file, which turns compiled code into a component, and in what wit-bindgen generates for guests.
//! Never anywhere else, not even in a test.

use crate::source;
use crate::workspace::Workspace;

/// The one file.
const ALLOWED: &str = "gateway/src/policy/loading/precompiled.rs";

/// Generated code; it runs inside a guest.
const GENERATED: &str = "plugins/sdk/src/component/bindings.rs";

/// The keyword, and the lint that guards it.
const WORDS: [&str; 2] = ["unsafe", "unsafe_code"];

/// Every other file that says one of the words.
pub fn faults(workspace: &Workspace) -> Vec<String> {
    let files = workspace.crates.iter().flat_map(|member| workspace.all_rust(member));
    let others =
        files.map(|file| (workspace.shown(&file), file)).filter(|(shown, _)| shown != ALLOWED && shown != GENERATED);
    others.filter_map(|(shown, file)| fault(&shown, &source::code(&source::read(&file)))).collect()
}

fn fault(shown: &str, code: &str) -> Option<String> {
    let lines = code.lines().map(without_texts);
    let line = lines.into_iter().position(|line| words(&line).any(|word| WORDS.contains(&word)))?;
    Some(format!("{shown}:{}: says `unsafe`. Only {ALLOWED} may; do it without, or there.", line + 1))
}

fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !c.is_alphanumeric() && c != '_')
}

/// What stands between quotes is no code.
fn without_texts(line: &str) -> String {
    line.split('"').step_by(2).collect::<Vec<_>>().join("\"\"")
}
