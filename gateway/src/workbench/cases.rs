//! The cases.toml of a policy, read for a command that needs it.
//!
//! Never reads more than a cases.toml may have.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use witgate_cases::File;

/// The largest cases.toml, in bytes.
const MOST_BYTES: u64 = 1 << 20;

/// The text of the file.
///
/// # Errors
/// The system's, or that it is too large.
pub fn text(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    fs::File::open(path)?.take(MOST_BYTES + 1).read_to_string(&mut text)?;
    if u64::try_from(text.len()).unwrap_or(u64::MAX) > MOST_BYTES {
        return Err(io::Error::other(format!("more than {MOST_BYTES} bytes")));
    }
    Ok(text)
}

/// The cases.
///
/// # Errors
/// The file and what is wrong with it.
pub fn read(path: &Path) -> Result<File, String> {
    let text = text(path).map_err(|error| format!("{}: {error}", path.display()))?;
    File::read(&text).map_err(|fault| format!("{}: {fault}", path.display()))
}
