//! Recorded decisions on the disk: what `witgate run --record` writes, and how `witgate replay` reads it.
//!
//! Never in a request's way: one thread writes, and what it cannot write is dropped and counted. Never readable for
//! other users.

mod folder;
mod files;
mod backoff;
mod recorder;
mod stored;

pub use folder::FolderFault;
pub use recorder::Recorder;
pub use stored::{Lines, Unread};
