//! The rules for new passwords and the cost of their hashes. Never holds a password.

use std::path::PathBuf;

/// What `[passwords]` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswordsConfig {
    /// Fewest characters of a new password.
    pub min_chars: usize,
    /// Sorted SHA-1 hashes of passwords that are known to thieves.
    pub breached_file: Option<PathBuf>,
    /// Memory of argon2id, in KiB.
    pub memory_kib: u32,
    /// Passes of argon2id.
    pub passes: u32,
    /// Lanes of argon2id.
    pub lanes: u32,
}
