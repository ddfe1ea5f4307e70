//! One reading of gateway.toml and of every component it names, with one digest over all of it, and how the key files stand.
//!
//! What is compared is what is loaded: the bytes are read once. Never interprets a component, and never reads a key.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::stamps::Stamps;
use crate::config::{self, Config, Draft, Faults};
use crate::generation::{Cases, Components, Material};
use crate::policy::component;

/// The largest cases.toml, in bytes.
const CASES_BYTES: u64 = 1 << 20;

/// Everything a generation is built from.
pub struct Snapshot {
    /// SHA-256 over the text, the components and the cases, or over what could not be read
    pub digest: [u8; 32],
    /// how the files of keys and secrets stood that the text names, before anything else was made of it
    pub(super) keys: Stamps,
    /// what gateway.toml says, or why it cannot be read at all
    pub draft: Result<Draft, Faults>,
    /// the components and cases it names
    pub material: Material,
}

impl Snapshot {
    /// Whether everything could be read. What keeps a file from being read need not show in its size and times.
    pub fn is_readable(&self) -> bool {
        let Material { components, cases } = &self.material;
        self.draft.is_ok() && components.values().all(Result::is_ok) && cases.values().all(Result::is_ok)
    }
}

/// Reads everything. When gateway.toml is no TOML its components are unknown, so only its text counts.
pub fn take(path: &Path) -> Snapshot {
    let mut hasher = Sha256::new();
    let draft = config::read(path).and_then(|text| {
        hasher.update(&text);
        config::draft(path, text)
    });
    let material = draft.as_ref().map(|draft| read_material(draft.config(), &mut hasher)).unwrap_or_default();
    let keys = draft.as_ref().map(|draft| keys(draft.config())).unwrap_or_default();
    Snapshot { digest: hasher.finalize().into(), keys, draft, material }
}

/// How the files of keys and secrets stand now. The keyring reads and watches key files, and a secret is read when its
/// plugin is loaded; here both count only as a reason to build again. One may hold a secret, so it is not read for that.
pub(super) fn keys(config: &Config) -> Stamps {
    Stamps::of(key_files(config).map(Path::to_owned).collect())
}

fn read_material(config: &Config, hasher: &mut Sha256) -> Material {
    Material { components: read_components(config, hasher), cases: read_cases(config, hasher) }
}

fn read_cases(config: &Config, hasher: &mut Sha256) -> Cases {
    let mut cases = Cases::new();
    for file in case_files(config) {
        let text = cases.entry(file.to_owned()).or_insert_with(|| read_text(file));
        hasher.update(file.as_os_str().as_encoded_bytes());
        hasher.update(Sha256::digest(text.as_ref().unwrap_or_else(|error| error)));
    }
    cases
}

fn case_files(config: &Config) -> impl Iterator<Item = &Path> {
    config.plugins.iter().filter_map(|plugin| Some(plugin.cases.as_ref()?.file.as_path()))
}

fn read_text(file: &Path) -> Result<String, String> {
    let mut text = String::new();
    let read = File::open(file).and_then(|opened| opened.take(CASES_BYTES + 1).read_to_string(&mut text));
    match read {
        Ok(length) if length as u64 > CASES_BYTES => Err(format!("it has more than {CASES_BYTES} bytes")),
        Ok(_) => Ok(text),
        Err(error) => Err(error.to_string()),
    }
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

fn key_files(config: &Config) -> impl Iterator<Item = &Path> {
    let secrets = config.secrets.iter().filter_map(|secret| secret.place.file());
    let debug = config.debug_key.iter().map(|key| key.file.as_path());
    config.issuers.iter().filter_map(|issuer| issuer.source.file()).chain(secrets).chain(debug)
}

/// Every file that matters: gateway.toml, each component, each cases.toml, each key file, each secret.
pub fn files(path: &Path, config: &Config) -> Vec<PathBuf> {
    let components = config.plugins.iter().flat_map(config::Plugin::files).map(PathBuf::as_path);
    let named = components.chain(case_files(config)).chain(key_files(config));
    std::iter::once(path).chain(named).map(Path::to_owned).collect()
}

/// The folders to watch: those of [`files`]. A folder, because editors and Kubernetes replace
/// files by renaming, which a watch on the file itself would lose.
pub fn folders(files: &[PathBuf]) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = files.iter().map(|file| folder(file)).collect();
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
