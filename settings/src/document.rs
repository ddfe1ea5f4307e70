//! From a file to a table of TOML values: bounded, UTF-8, and with every fault of the syntax.
//!
//! Never accepts a file in part.

use crate::fault::{Faults, Source, Span};
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::Arc;
use toml::de::DeTable;

/// The top of the file: where a fault of the whole file points.
pub const TOP: std::ops::Range<usize> = 0..0;

/// Nothing else is checked in a text that is not TOML.
const SYNTAX_HINT: &str = "mend the syntax first; the rest is checked after that (https://toml.io)";

/// How large a file may be.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// In bytes.
    pub most_bytes: usize,
    /// What to do about a larger one.
    pub remedy: &'static str,
}

/// The text of a file.
///
/// # Errors
/// When it cannot be read, is too large, or is not UTF-8.
pub fn read(path: &Path, size: Size) -> Result<String, Faults> {
    let mut faults = Faults::new(&source(path, String::new()));
    match read_bounded(path, size.most_bytes) {
        Ok(bytes) if bytes.len() > size.most_bytes => refuse_size(path, size, &mut faults),
        Ok(bytes) => match String::from_utf8(bytes) {
            Ok(text) => return Ok(text),
            Err(_) => refuse_unread(path, &"stream did not contain valid UTF-8", &mut faults),
        },
        Err(error) => refuse_unread(path, &error, &mut faults),
    }
    Err(faults)
}

/// A text under the name of the file where it lies.
pub fn source(path: &Path, text: String) -> Arc<Source> {
    Arc::new(Source::new(path.display().to_string(), text))
}

/// The values of a text; `path` is where it lies. Nothing, and the faults noted, when it is too large or not TOML.
pub fn parse<'t>(path: &Path, text: &'t str, size: Size, faults: &mut Faults) -> Option<DeTable<'t>> {
    if text.len() > size.most_bytes {
        refuse_size(path, size, faults);
        return None;
    }
    let (document, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let span = Span::from(error.span().unwrap_or(TOP));
        faults.push(span, format!("this is not TOML: {}", error.message()), SYNTAX_HINT);
    }
    errors.is_empty().then(|| document.into_inner())
}

/// One byte more than may be, to see what is too large.
fn read_bounded(path: &Path, most: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(most as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn refuse_size(path: &Path, size: Size, faults: &mut Faults) {
    faults.push_whole(format!("{} is larger than {} bytes", path.display(), size.most_bytes), size.remedy);
}

fn refuse_unread(path: &Path, cause: &dyn std::fmt::Display, faults: &mut Faults) {
    faults.push_whole(format!("cannot read {}: {cause}", path.display()), "name the file with --config");
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: Size = Size { most_bytes: 8, remedy: "say less" };

    #[track_caller]
    fn check_refused(content: &[u8], needle: &str) {
        let file = std::env::temp_dir().join(format!("witgate-settings-{}-{}", std::process::id(), content.len()));
        std::fs::write(&file, content).unwrap();
        let refused = read(&file, SIZE).expect_err(needle).render();
        std::fs::remove_file(&file).unwrap();
        assert!(refused.contains(needle), "{refused}");
    }

    #[test]
    fn what_is_large_or_no_text_is_refused() {
        check_refused(b"a = \"123\"", "larger than 8 bytes");
        check_refused("é".repeat(5).as_bytes(), "larger than 8 bytes");
        check_refused(b"a = \xFF", "valid UTF-8");
        assert!(read(Path::new("/nonexistent/a.toml"), SIZE).unwrap_err().render().contains("--config"));
    }

    #[test]
    fn every_fault_of_the_syntax_is_noted() {
        let text = "a = \nb = \n";
        let path = Path::new("a.toml");
        let mut faults = Faults::new(&source(path, text.to_owned()));
        assert!(parse(path, text, Size { most_bytes: 100, remedy: "" }, &mut faults).is_none());
        assert_eq!(faults.len(), 2, "{faults:?}");
    }
}
