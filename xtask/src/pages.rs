//! `cargo xtask contract` and `catalogue`: pages of docs/ that are made of something else. Never makes them itself: the
//! test that says whether they are current also writes them.

use crate::failure::Failure;
use crate::step;
use crate::workspace::Workspace;

/// Writes docs/`page`.md.
pub fn write(workspace: &Workspace, page: &str) -> Result<(), Failure> {
    let mut test = step::cargo(workspace);
    test.args(["test", "--package", "witgate-tests", "--test", "pages", "--", &format!("{page}::")]);
    step::run(&format!("writing docs/{page}.md"), test.env("BLESS", "1"))
}
