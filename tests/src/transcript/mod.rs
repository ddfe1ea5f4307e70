//! Documents whose commands are run: a chapter of a guide, its commands in one shell, what they print against what the
//! document shows. Never a document that cannot be wrong: `BLESS=1` writes what was printed into it.

mod chapter;
mod mask;
mod shell;

use std::fs;
use std::path::Path;
use std::time::Duration;

pub use chapter::{Chapter, Step};

/// Where and how a chapter is run.
pub struct Stage<'a> {
    /// Where the shell begins.
    pub folder: &'a Path,
    /// Ports of the document, each replaced by one that is free.
    pub ports: &'a [u16],
    /// How long the whole chapter may take.
    pub deadline: Duration,
}

/// Runs a chapter of a document and compares. With `BLESS=1` the document is written anew instead: one chapter after the
/// other, so with `--test-threads=1`.
///
/// # Panics
/// With every command whose output differs from what the document shows.
pub async fn check(document: &Path, title: &str, stage: &Stage<'_>) {
    let text = fs::read_to_string(document).unwrap_or_else(|error| panic!("{}: {error}", document.display()));
    let chapter = Chapter::of(&text, title).unwrap_or_else(|| panic!("{} has no `{title}`", document.display()));
    let printed = shell::run(&chapter, stage).await;
    if std::env::var_os("BLESS").is_some() {
        fs::write(document, chapter.blessed(&text, &printed)).expect("a written document");
        return;
    }
    let faults: Vec<String> = chapter.commands().zip(&printed).filter_map(|(step, found)| fault(step, found)).collect();
    assert!(faults.is_empty(), "{}, {title} (BLESS=1 writes it anew):\n{}", document.display(), faults.join("\n"));
}

fn fault(step: &Step, printed: &str) -> Option<String> {
    let Step::Run { command, shown, .. } = step else { return None };
    let differs = !mask::alike(shown, printed);
    differs.then(|| format!("$ {command}\n--- the document shows\n{shown}--- it printed\n{printed}"))
}
