//! Why a policy cannot be made, in words that say what to do.
//!
//! Never the consequence of anything but what was asked for or the disk.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Why there is no new policy.
#[derive(Debug, Error)]
pub enum NewFault {
    /// a name that a crate, a package or a file could not have
    #[error("{name:?} is no name for a policy: {why}; take lower-case letters, digits and '-', such as order-gate")]
    Name {
        /// what was given
        name: String,
        /// the rule that it breaks
        why: String,
    },
    /// somebody's folder
    #[error("{} is there already, and is left as it is; choose another name, or another folder with --path", .0.display())]
    Exists(PathBuf),
    /// `--sdk` leads nowhere
    #[error(
        "{given:?} is neither the folder of witgate-plugin nor a version; give a path to plugins/sdk, or such as 0.1"
    )]
    Sdk {
        /// what was given
        given: String,
    },
    /// the disk
    #[error("{}: {error}", .path.display())]
    Write {
        /// what was written
        path: PathBuf,
        /// the system's word
        error: io::Error,
    },
    /// a file of the program's own that is no text
    #[error("the program's template {0} is damaged; install witgate anew")]
    Template(String),
}
