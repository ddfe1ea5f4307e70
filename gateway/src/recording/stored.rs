//! The lines of a recording, read one after the other.
//!
//! Never ends at a line that cannot be read: a process that was killed leaves half a line behind.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _};
use std::path::{Path, PathBuf};

use super::files;

/// The longest line, in bytes, with its end.
pub(super) const LINE_BYTES: usize = 512 * 1024;

/// A line that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// the file, and the number of the line from 1: `FILE:LINE`
    pub place: String,
    /// what is wrong with it
    pub why: String,
}

/// See the module.
pub struct Lines {
    /// the files that are left, the next one last
    files: Vec<PathBuf>,
    open: Option<(PathBuf, BufReader<File>, usize)>,
}

/// One line as it stands in its file, with its place.
pub type Stored = Result<(String, String), Unread>;

impl Lines {
    /// The lines of a file, or of all files of a folder, the oldest first.
    ///
    /// # Errors
    /// The system's, or that there is no file.
    pub fn of(path: &Path) -> io::Result<Self> {
        let mut files = if path.is_dir() { files::all(path)? } else { vec![path.to_owned()] };
        if files.is_empty() {
            let words = format!("no file recording-*{} lies there", files::ENDING);
            return Err(io::Error::new(io::ErrorKind::NotFound, words));
        }
        files.reverse();
        let mut lines = Self { files, open: None };
        lines.open_next()?;
        Ok(lines)
    }

    fn open_next(&mut self) -> io::Result<bool> {
        let Some(path) = self.files.pop() else { return Ok(false) };
        let file = File::open(&path)?;
        self.open = Some((path, BufReader::new(file), 0));
        Ok(true)
    }
}

impl Iterator for Lines {
    type Item = Stored;

    fn next(&mut self) -> Option<Stored> {
        loop {
            let Some((path, reader, number)) = &mut self.open else {
                match self.open_next() {
                    Ok(true) => continue,
                    Ok(false) => return None,
                    Err(error) => return Some(Err(Unread { place: String::new(), why: error.to_string() })),
                }
            };
            *number += 1;
            let place = format!("{}:{number}", path.display());
            match line(reader) {
                Ok(None) => self.open = None,
                Ok(Some(text)) => return Some(Ok((place, text))),
                Err(error) => {
                    if error.kind() != io::ErrorKind::InvalidData {
                        self.open = None;
                    }
                    return Some(Err(Unread { place, why: error.to_string() }));
                }
            }
        }
    }
}

/// The next line; nothing at the end of the file.
fn line(reader: &mut BufReader<File>) -> io::Result<Option<String>> {
    let bad = |words: &str| io::Error::new(io::ErrorKind::InvalidData, words.to_owned());
    let mut bytes = Vec::new();
    reader.take(LINE_BYTES as u64).read_until(b'\n', &mut bytes)?;
    match bytes.last() {
        None => return Ok(None),
        Some(b'\n') => {}
        Some(_) if bytes.len() >= LINE_BYTES => {
            reader.skip_until(b'\n')?;
            return Err(bad("longer than a line may be"));
        }
        Some(_) => return Err(bad("the line has no end: its writer was stopped")),
    }
    String::from_utf8(bytes).map(Some).map_err(|_| bad("not UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_lines_are_named_and_the_others_are_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let long = "x".repeat(LINE_BYTES + 10);
        let first = format!("one\n{long}\ntwo\n");
        let texts: [&[u8]; 2] = [first.as_bytes(), b"three\n\xff\nfour\nhalf"];
        for (number, text) in texts.iter().enumerate() {
            std::fs::write(folder.path().join(format!("recording-{number}.ndjson")), text).expect("written");
        }
        std::fs::write(folder.path().join("other.ndjson"), "no\n").expect("written");
        let read: Vec<Stored> = Lines::of(folder.path()).expect("lines").collect();
        let good: Vec<&str> = read.iter().flatten().map(|(_, text)| text.trim_end()).collect();
        assert_eq!(good, ["one", "two", "three", "four"]);
        let bad: Vec<String> = read
            .iter()
            .filter_map(|one| one.as_ref().err())
            .map(|one| format!("{}: {}", one.place.rsplit('/').next().unwrap_or_default(), one.why))
            .collect();
        assert_eq!(
            bad,
            [
                "recording-0.ndjson:2: longer than a line may be",
                "recording-1.ndjson:2: not UTF-8",
                "recording-1.ndjson:4: the line has no end: its writer was stopped",
            ]
        );
        let empty = tempfile::tempdir().expect("a folder");
        assert!(Lines::of(empty.path()).is_err());
    }
}
