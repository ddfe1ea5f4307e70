//! What a configuration names, as it was read from the disk.
//!
//! Never reads anything itself: a snapshot does.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::policy::component::LoadError;

/// The bytes of every component a configuration names, as they were read.
pub type Components = BTreeMap<PathBuf, Result<Vec<u8>, LoadError>>;

/// The text of every cases.toml a configuration names, or why it could not be read.
pub type Cases = BTreeMap<PathBuf, Result<String, String>>;

/// What a configuration names, as it was read.
#[derive(Default)]
pub struct Material {
    /// the components
    pub components: Components,
    /// what the components must answer
    pub cases: Cases,
}

/// The component in a file.
///
/// # Errors
/// Why it could not be read.
pub(super) fn bytes<'c>(components: &'c Components, file: &Path) -> Result<&'c [u8], LoadError> {
    match components.get(file) {
        Some(Ok(bytes)) => Ok(bytes),
        Some(Err(LoadError::Read(why))) => Err(LoadError::Read(why.clone())),
        Some(Err(_)) | None => Err(LoadError::Read("it was not read".to_owned())),
    }
}
