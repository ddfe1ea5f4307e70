//! Saying that a test could not run here. Never silently: `cargo xtask test` lists every skip, and CI refuses them.

use std::fs::OpenOptions;
use std::io::Write;

/// The file that `cargo xtask test` reads at the end.
const SKIPS_VARIABLE: &str = "WITGATE_SKIPS";

/// Tells that `what` was skipped and how to get it. The test returns after this call.
pub fn skip(what: &str, remedy: &str) {
    eprintln!("skipped: {what} (to run it: {remedy})");
    let Some(file) = std::env::var_os(SKIPS_VARIABLE) else { return };
    let file = OpenOptions::new().append(true).create(true).open(file);
    let told = file.and_then(|mut file| writeln!(file, "{what}\t{remedy}"));
    told.expect("a skip must be told");
}

/// Whether a program is on the path.
pub fn is_installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}
