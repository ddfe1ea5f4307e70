//! A file of passwords that became public: SHA-1 hashes in the format of Have I Been Pwned, one a line, sorted. Searched
//! in place by halving, so a file of 40 GB costs no memory. Never writes, and never tells which password was looked up.

use std::cmp::Ordering;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use thiserror::Error;

/// Longest line with its end, in bytes: 40 hex digits, a colon, a count, CR and LF.
const MAX_LINE_BYTES: usize = 64;
/// Digits of a SHA-1 hash.
const HASH_DIGITS: usize = 40;
/// Longest count, in digits.
const MAX_COUNT_DIGITS: usize = 20;
/// How many lines, spread over the file, are looked at when it is opened.
const PROBES: u64 = 256;

/// A file that cannot be used. The text names the place and the remedy.
#[derive(Debug, Error)]
pub enum BreachedError {
    /// It cannot be opened or read.
    #[error("cannot read the breached passwords in {}: {cause}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// It is empty, or no regular file.
    #[error("{}: holds no hashes. Use the file of SHA-1 hashes of Have I Been Pwned", .0.display())]
    Empty(PathBuf),
    /// A line is not a hash.
    #[error("{}: the line around byte {at} is no SHA-1 in hex, alone or followed by `:COUNT`", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// Where, in bytes from the start.
        at: u64,
    },
    /// The lines are in another order.
    #[error("{}: not sorted by hash (around byte {at}). Use the version that is ordered by hash", path.display())]
    Unsorted {
        /// The file.
        path: PathBuf,
        /// Where, in bytes from the start.
        at: u64,
    },
}

type Sha1 = [u8; HASH_DIGITS / 2];

/// The opened file. A file that replaces it is noticed by the next start only.
#[derive(Debug)]
pub struct BreachedList {
    file: File,
    length: u64,
    path: PathBuf,
}

struct Line {
    hash: Sha1,
    start: u64,
    next: u64,
}

impl BreachedList {
    /// Opens the file and looks at [`PROBES`] lines of it. The rest is checked when a search passes there.
    pub fn open(path: &Path) -> Result<BreachedList, BreachedError> {
        let unreadable = |cause| BreachedError::Unreadable { path: path.into(), cause };
        let file = File::open(path).map_err(unreadable)?;
        let metadata = file.metadata().map_err(unreadable)?;
        if !metadata.is_file() || metadata.len() == 0 {
            return Err(BreachedError::Empty(path.into()));
        }
        let list = BreachedList { file, length: metadata.len(), path: path.into() };
        list.probe()?;
        Ok(list)
    }

    /// Whether this password became public. Reads some dozen lines, so call it from a blocking thread.
    pub fn contains(&self, password: &str) -> Result<bool, BreachedError> {
        let digest = digest(&SHA1_FOR_LEGACY_USE_ONLY, password.as_bytes());
        let mut hash = Sha1::default();
        hash.copy_from_slice(digest.as_ref());
        self.search(&hash)
    }

    /// Both ends stay at the start of a line, or at the end of the file.
    fn search(&self, wanted: &Sha1) -> Result<bool, BreachedError> {
        let (mut low, mut high) = (0, self.length);
        while low < high {
            let line = self.line_around(low + (high - low) / 2)?;
            match line.hash.cmp(wanted) {
                Ordering::Equal => return Ok(true),
                Ordering::Less => low = line.next,
                Ordering::Greater => high = line.start,
            }
        }
        Ok(false)
    }

    fn probe(&self) -> Result<(), BreachedError> {
        let mut before: Option<Line> = None;
        for probe in 0..=PROBES {
            let line = self.line_around(scaled(self.length - 1, probe))?;
            if let Some(before) = &before
                && before.start != line.start
                && before.hash >= line.hash
            {
                return Err(BreachedError::Unsorted { path: self.path.clone(), at: line.start });
            }
            before = Some(line);
        }
        Ok(())
    }

    /// The line that holds the byte at `at`; a line holds the LF that ends it.
    fn line_around(&self, at: u64) -> Result<Line, BreachedError> {
        let malformed = || BreachedError::Line { path: self.path.clone(), at };
        let window_start = at.saturating_sub(MAX_LINE_BYTES as u64);
        let window = self.read(window_start)?;
        let within = (at - window_start) as usize;
        let (before, after) = window.split_at_checked(within).ok_or_else(malformed)?;
        let start = match before.iter().rposition(|&byte| byte == b'\n') {
            Some(lf) => lf + 1,
            None if window_start == 0 => 0,
            None => return Err(malformed()),
        };
        let end = after.iter().position(|&byte| byte == b'\n').map(|lf| within + lf);
        let at_end_of_file = window_start + window.len() as u64 == self.length;
        let (end, next) = match end {
            Some(lf) => (lf, lf + 1),
            None if at_end_of_file => (window.len(), window.len()),
            None => return Err(malformed()),
        };
        let hash = parsed(&window[start..end]).ok_or_else(malformed)?;
        Ok(Line { hash, start: window_start + start as u64, next: window_start + next as u64 })
    }

    /// Two lines' worth of bytes, or fewer at the end of the file.
    fn read(&self, start: u64) -> Result<Vec<u8>, BreachedError> {
        let unreadable = |cause| BreachedError::Unreadable { path: self.path.clone(), cause };
        let rest = usize::try_from(self.length - start).unwrap_or(usize::MAX);
        let mut window = vec![0; rest.min(2 * MAX_LINE_BYTES)];
        self.file.read_exact_at(&mut window, start).map_err(unreadable)?;
        Ok(window)
    }
}

/// `probe` of [`PROBES`] parts of `last`, without overflow.
fn scaled(last: u64, probe: u64) -> u64 {
    last / PROBES * probe + last % PROBES * probe / PROBES
}

fn parsed(line: &[u8]) -> Option<Sha1> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let (digits, rest) = line.split_at_checked(HASH_DIGITS)?;
    if let Some((&colon, count)) = rest.split_first() {
        let counts = (1..=MAX_COUNT_DIGITS).contains(&count.len()) && count.iter().all(u8::is_ascii_digit);
        if colon != b':' || !counts {
            return None;
        }
    }
    let mut hash = Sha1::default();
    for (byte, pair) in hash.iter_mut().zip(digits.chunks_exact(2)) {
        let digit = |index: usize| char::from(pair[index]).to_digit(16);
        *byte = u8::try_from(digit(0)? * 16 + digit(1)?).ok()?;
    }
    Some(hash)
}

#[cfg(test)]
mod tests;
