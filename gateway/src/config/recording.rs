//! What `[recording]` of gateway.toml means: how many requests are recorded, where, and what of them may be kept.
//!
//! Never opens the folder: the recorder does, since it must also see that it is private.

use std::path::PathBuf;
use std::time::Duration;

use witgate_settings::fault::Span;

/// The recorded share where none is written, in millionths: one request in a hundred.
pub const SHARE_MILLIONTHS: u32 = 10_000;

/// How requests are recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recording {
    /// The folder of the files, joined to the folder of gateway.toml.
    pub folder: PathBuf,
    /// The recorded requests, in millionths: 0 records none.
    pub share_millionths: u32,
    /// The claims whose values may be written: names, or RFC 6901 pointers that begin with `/`.
    pub claims: Vec<String>,
    /// Request headers that are written also where no policy read them, in lower case.
    pub headers: Vec<String>,
    /// What the files may take.
    pub bounds: RecordingBounds,
    /// Where the folder was written; nothing where the command line names it.
    pub span: Option<Span>,
}

/// What the files of a recording may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordingBounds {
    /// A file that is so large is followed by another, in bytes.
    pub file_bytes: u64,
    /// All files together; the oldest goes first, in bytes.
    pub total_bytes: u64,
    /// An older file goes.
    pub age: Duration,
}

impl Default for RecordingBounds {
    fn default() -> Self {
        Self { file_bytes: 16 << 20, total_bytes: 256 << 20, age: Duration::from_secs(7 * 24 * 3600) }
    }
}

/// What the command line says of recording; it counts for every generation of the process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordTo {
    /// Where to.
    pub folder: PathBuf,
    /// The share in millionths, where it is said.
    pub share_millionths: Option<u32>,
}

impl RecordTo {
    /// What gateway.toml says, but for what the command line says otherwise.
    pub fn over(&self, written: Option<Recording>) -> Recording {
        let usual = Recording {
            folder: PathBuf::new(),
            share_millionths: SHARE_MILLIONTHS,
            claims: Vec::new(),
            headers: Vec::new(),
            bounds: RecordingBounds::default(),
            span: None,
        };
        let written = written.unwrap_or(usual);
        let share_millionths = self.share_millionths.unwrap_or(written.share_millionths);
        Recording { folder: self.folder.clone(), share_millionths, span: None, ..written }
    }
}
