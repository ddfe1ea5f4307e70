//! One reading of gateway.toml and of every component it names, with one digest over all of it.
//!
//! What is compared is what is loaded: the bytes are read once. Never interprets a component.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::config::{self, Config, Draft, Faults};
use crate::generation::Components;
use crate::policy::component;

/// Everything a generation is built from.
pub struct Snapshot {
    /// SHA-256 over the text and the components, or over what could not be read
    pub digest: [u8; 32],
    /// what gateway.toml says, or why it cannot be read at all
    pub draft: Result<Draft, Faults>,
    /// the components it names
    pub components: Components,
}

/// Reads everything. When gateway.toml is no TOML its components are unknown, so only its text counts.
pub fn take(path: &Path) -> Snapshot {
    let mut hasher = Sha256::new();
    let draft = config::read(path).and_then(|text| {
        hasher.update(&text);
        config::draft(path, text)
    });
    let components = draft.as_ref().map(|draft| read_components(draft.config(), &mut hasher)).unwrap_or_default();
    if let Ok(draft) = &draft {
        hash_key_files(draft.config(), &mut hasher);
    }
    Snapshot { digest: hasher.finalize().into(), draft, components }
}

fn read_components(config: &Config, hasher: &mut Sha256) -> Components {
    let mut components = Components::new();
    for file in config.plugins.iter().flat_map(config::Plugin::files) {
        if components.contains_key(file) {
            continue;
        }
        let bytes = component::read(file);
        hasher.update(file.as_os_str().as_encoded_bytes());
        match &bytes {
            Ok(bytes) => hasher.update(Sha256::digest(bytes)),
            Err(error) => hasher.update(error.to_string()),
        }
        components.insert(file.clone(), bytes);
    }
    components
}

/// Key files are read and watched by the keyring, secrets when a plugin is loaded; here both count only as a reason to try
/// again. One may hold a secret, so it is not read for that.
fn hash_key_files(config: &Config, hasher: &mut Sha256) {
    for path in key_files(config) {
        hasher.update(path.as_os_str().as_encoded_bytes());
        if let Ok(file) = std::fs::metadata(path) {
            for fact in [file.ino(), file.len(), file.mtime().unsigned_abs(), file.mtime_nsec().unsigned_abs()] {
                hasher.update(fact.to_le_bytes());
            }
        }
    }
}

fn key_files(config: &Config) -> impl Iterator<Item = &Path> {
    let secrets = config.secrets.iter().filter_map(|secret| secret.place.file());
    let debug = config.debug_key.iter().map(|key| key.file.as_path());
    config.issuers.iter().filter_map(|issuer| issuer.source.file()).chain(secrets).chain(debug)
}

/// The folders to watch: those of gateway.toml, of each component, of each key file and of each secret. A folder, because editors and Kubernetes replace
/// files by renaming, which a watch on the file itself would lose.
pub fn folders(path: &Path, config: &Config) -> Vec<PathBuf> {
    let files = config.plugins.iter().flat_map(config::Plugin::files).map(PathBuf::as_path);
    let files = std::iter::once(path).chain(files).chain(key_files(config));
    let mut folders: Vec<PathBuf> = files.map(folder).collect();
    folders.sort();
    folders.dedup();
    folders
}

fn folder(file: &Path) -> PathBuf {
    match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}
