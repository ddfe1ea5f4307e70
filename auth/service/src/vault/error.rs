//! What can be wrong with an encryption key or a sealed text, with the remedy. Never holds a key or a sealed text.

use std::path::PathBuf;

use thiserror::Error;

/// An encryption key cannot be had, or a text cannot be sealed or opened.
#[derive(Debug, Error)]
pub enum VaultError {
    /// The key file cannot be read.
    #[error("cannot read the encryption key {}: {cause}. Restore the file from its backup, or correct the setting \
             that names it", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// The key file is gone, and what was encrypted with it is not.
    #[error("the encryption key {} is missing, and the database holds what was encrypted with it: restore the file from \
             its backup", path.display())]
    Lost {
        /// The file.
        path: PathBuf,
    },
    /// Others may read or write the key file.
    #[error("the encryption key {} is open to others (mode {mode:03o}): run `chmod 600 {}`", path.display(), path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its mode bits.
        mode: u32,
    },
    /// The environment variable is absent, or is no text.
    #[error(
        "the environment variable {name} holds no encryption key: set it to 32 random bytes in base64 \
             (`openssl rand -base64 32`)"
    )]
    NoVariable {
        /// The variable.
        name: String,
    },
    /// Not 32 bytes in base64.
    #[error(
        "the encryption key in {place} is not 32 bytes in base64: restore it from its backup. A new service may \
             use a new key (`openssl rand -base64 32`)"
    )]
    Malformed {
        /// The file or the variable.
        place: String,
    },
    /// A new key file cannot be made.
    #[error("cannot make the encryption key {}: {cause}. Make its folder writable for this user, or name another file",
            path.display())]
    Make {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// The cryptographic library refused to work.
    #[error("the system could not encrypt {name:?}")]
    Seal {
        /// What was to be sealed.
        name: String,
    },
    /// Another key, another name, or a changed text: nobody can tell which.
    #[error(
        "{name:?} cannot be decrypted: it was encrypted with another key, or was changed. Give the service the \
             encryption key of that time (as the former key after a change), or restore the database and the key from \
             the same backup"
    )]
    Open {
        /// What was to be opened.
        name: String,
    },
    /// Sealed by a newer program, or not sealed at all.
    #[error(
        "{name:?} is encrypted in a form that this version does not know: use the newer version that wrote it, or \
             restore the database from a backup"
    )]
    Form {
        /// What was to be opened.
        name: String,
    },
}
