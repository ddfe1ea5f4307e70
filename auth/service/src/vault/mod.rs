//! Encryption at rest: one master key, subkeys of it by purpose, and the sealing of what the store keeps. Never lets
//! the master key out, and never says in an error what a sealed text holds.

mod error;
mod master_key;
mod key_file;
mod sealer;

pub use error::VaultError;
pub use master_key::{KEY_BYTES, MasterKey, Purpose, Subkey};
pub use sealer::Sealer;
