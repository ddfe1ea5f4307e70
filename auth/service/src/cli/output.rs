//! What a command prints to stdout. Never panics when the reader has gone.

use std::io::Write;

use super::failure::Failure;

/// One line.
pub(super) fn say(text: &str) -> Result<(), Failure> {
    writeln!(std::io::stdout(), "{text}").map_err(Failure::failed)
}
