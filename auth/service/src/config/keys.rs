//! How signing keys are made, changed and kept. Never holds a key.

use std::path::PathBuf;

use crate::signing::SigningAlgorithm;

/// What `[keys]` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeysConfig {
    /// What new keys sign with.
    pub algorithm: SigningAlgorithm,
    /// Days after which a new key takes over; 0: never by itself.
    pub rotate_after_days: u32,
    /// Seconds for which a new key is published before it signs.
    pub publish_ahead_seconds: u32,
    /// Where the key is that encrypts the signing keys.
    pub encryption_key: EncryptionKeySource,
}

/// Where the key is that encrypts the signing keys: 32 bytes in base64.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EncryptionKeySource {
    /// A file that must be there.
    File(PathBuf),
    /// An environment variable.
    Env(String),
    /// A file beside the SQLite database, which may be made at the first start.
    Beside(PathBuf),
}
