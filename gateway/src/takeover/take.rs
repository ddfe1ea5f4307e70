//! The new process's side: the sockets of the one that runs.
//!
//! Never takes from another user's process.

use std::io;
use std::os::unix::net::UnixStream;
use std::path::Path;

use super::message::Before;
use super::{Handed, message};

/// What was taken, and the line to the process that it was taken from.
pub struct Taken {
    /// the sockets
    pub handed: Handed,
    stream: UnixStream,
}

impl Taken {
    /// Tells the other process that this one serves; it answers that it drains. When it is not told, it serves on.
    ///
    /// # Errors
    /// When it serves on: then this process must not.
    pub fn serving(&self) -> io::Result<Before> {
        message::say_serving(&self.stream)
    }
}

/// Takes from the process that offers at `path`; nothing when none does.
///
/// # Errors
/// When one does and it fails.
pub fn from(path: &Path) -> io::Result<Option<Taken>> {
    let stream = match UnixStream::connect(path) {
        Ok(stream) => stream,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused) => {
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    message::begin(&stream)?;
    Ok(Some(Taken { handed: message::receive(&stream)?, stream }))
}
