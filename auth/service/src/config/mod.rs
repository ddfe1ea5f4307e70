//! Reads auth.toml: what was written becomes what is meant, or a list of every fault in it.
//!
//! Never reads the environment, never guesses a missing issuer, and never shows a value that is a secret.

mod limits;
mod roles;
mod sessions;
mod passwords;
mod keys;
mod database;
mod model;
mod secrets;
mod written;
mod meaning;

pub use database::{DatabaseConfig, PostgresConfig};
pub use keys::{EncryptionKeySource, KeysConfig};
pub use limits::{MAX_ACCESS_TOKEN_SECONDS, MIN_ACCESS_TOKEN_SECONDS};
pub use model::{AdminConfig, Config};
pub use passwords::PasswordsConfig;
pub use roles::{Roles, UnknownRole};
pub use sessions::SessionLimits;
pub use witgate_settings::fault::Faults;

use std::path::Path;
use witgate_settings::document::{self, Size};
use written::Written;

/// Largest auth.toml.
const SIZE: Size = Size { most_bytes: 1 << 20, remedy: "no auth.toml needs that much: is it the right file?" };

impl Config {
    /// Reads and checks an auth.toml.
    ///
    /// # Errors
    /// Every fault of the file, at once.
    pub fn load(path: &Path) -> Result<Config, Faults> {
        Config::parse(path, &document::read(path, SIZE)?)
    }

    /// Checks the text of a file that lies at `path`; relative paths in it start at its folder.
    ///
    /// # Errors
    /// Every fault of the text, at once.
    pub fn parse(path: &Path, text: &str) -> Result<Config, Faults> {
        let mut faults = Faults::new(&document::source(path, text.to_owned()));
        secrets::hide(text, &mut faults);
        let Some(table) = document::parse(path, text, SIZE, &mut faults) else { return Err(faults) };
        let written = Written::read(&table, &mut faults);
        match meaning::config(path, &written, &mut faults) {
            Some(config) if faults.is_empty() => Ok(config),
            _ => Err(faults),
        }
    }
}

#[cfg(test)]
mod tests;
