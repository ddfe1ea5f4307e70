//! How the process is operated: what it shows of its generations, and where a new process can take over.
//!
//! Never says anything of a request's way.

use std::path::PathBuf;

/// When an answer names its generation in `X-Witgate-Generation`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ShowGeneration {
    /// Not at all.
    #[default]
    Never,
    /// Where the request has `X-Witgate-Debug-Generation`.
    Asked,
    /// In every answer.
    Always,
}

impl ShowGeneration {
    /// All, in the words of gateway.toml.
    pub const WORDS: [(&'static str, ShowGeneration); 3] =
        [("never", ShowGeneration::Never), ("asked", ShowGeneration::Asked), ("always", ShowGeneration::Always)];
}

/// Where a new process asks a running one for its listeners: a Unix socket, joined to the folder of gateway.toml.
pub type TakeoverSocket = PathBuf;
