//! One small file, read whole and bounded, and looked at for who else may read it.
//!
//! Never leaves a copy of a secret behind: what was read is wiped when it is dropped.

use std::fs::{File, Metadata};
use std::io::Read as _;
use std::path::Path;

use zeroize::Zeroizing;

/// Longest secret file that is read, in bytes.
pub const MAX_SECRET_BYTES: usize = 4096;

/// What a file holds.
pub(crate) struct Content {
    pub bytes: Zeroizing<Vec<u8>>,
    /// Whether its owner's group or everybody may use it. Never so where the system has no such modes.
    pub is_open_to_others: bool,
}

/// Why a file was not read. Quotes nothing of it.
#[derive(Debug, thiserror::Error)]
pub enum FileFault {
    /// The system's word.
    #[error("cannot read the file")]
    Io(#[from] std::io::Error),
    /// A folder, a pipe, a device.
    #[error("it is no file")]
    NoFile,
    /// More bytes than these.
    #[error("the file is longer than {0} bytes")]
    TooLarge(usize),
}

/// Why a secret's file was not read. Quotes nothing of it.
#[derive(Debug, thiserror::Error)]
pub enum PrivateFault {
    /// It cannot be read, or is too long.
    #[error(transparent)]
    File(#[from] FileFault),
    /// Its owner's group or everybody may use it.
    #[error("others than its owner may use the file; chmod 600 it")]
    OpenToOthers,
}

/// Reads a secret of at most [`MAX_SECRET_BYTES`] from a file that only its owner may use. Blocks.
///
/// # Errors
/// Why it was not read; nothing of it is quoted.
pub fn read_private(path: &Path) -> Result<Zeroizing<Vec<u8>>, PrivateFault> {
    let content = read(path, MAX_SECRET_BYTES)?;
    if content.is_open_to_others { Err(PrivateFault::OpenToOthers) } else { Ok(content.bytes) }
}

/// Reads a file of at most `limit` bytes. Blocks.
pub(crate) fn read(path: &Path, limit: usize) -> Result<Content, FileFault> {
    // Opening a pipe would wait for its other end, and nobody could end that.
    if !std::fs::metadata(path)?.is_file() {
        return Err(FileFault::NoFile);
    }
    let file = File::open(path)?;
    let is_open_to_others = is_open_to_others(&file.metadata()?);
    // All the room at once: a buffer that grows leaves copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(limit + 1));
    file.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > limit { Err(FileFault::TooLarge(limit)) } else { Ok(Content { bytes, is_open_to_others }) }
}

#[cfg(unix)]
fn is_open_to_others(metadata: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o077 != 0
}

#[cfg(not(unix))]
fn is_open_to_others(_: &Metadata) -> bool {
    false
}
