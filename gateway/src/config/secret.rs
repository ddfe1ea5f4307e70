//! What a `[secrets.NAME]` table means: where a value is that plugins get without gateway.toml holding it.
//!
//! Never holds the value: it is read when a plugin that names it is loaded.

use std::path::{Path, PathBuf};

/// How a string of a plugin's config names a secret: this, then the name, and nothing else.
pub const SECRET_PREFIX: &str = "secret:";

/// A secret and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    /// The name after `secrets.`.
    pub name: String,
    /// Where the value is.
    pub place: SecretPlace,
}

/// Where the value of a secret is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretPlace {
    /// In this file, joined to the folder of gateway.toml; whitespace at its end does not count.
    File(PathBuf),
    /// In this variable of the gateway's environment.
    Environment(String),
}

impl SecretPlace {
    /// The file, where it is in one.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            Self::Environment(_) => None,
        }
    }
}
