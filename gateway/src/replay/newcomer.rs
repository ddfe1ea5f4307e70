//! The component that recorded decisions are asked again.
//!
//! Never started under less than its entry says: limits and grants count in a replay too, though a case answers.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;
use witgate_settings::fault::Faults;

use crate::config::{self, World};
use crate::policy::component::{Digest, LoadError};
use crate::policy::plugin::PluginError;
use crate::stage::{self, Host, HostError, Piece, Stage};

/// The name of a component that no gateway.toml names.
const NAME: &str = "replayed";

/// Why there is nothing to ask.
#[derive(Debug, Error)]
pub enum NewcomerError {
    /// a file
    #[error("cannot read {}: {source}", path.display())]
    File {
        /// which
        path: PathBuf,
        /// the system's word
        source: io::Error,
    },
    /// gateway.toml
    #[error("{0}")]
    Config(#[from] Faults),
    /// it has no such plugin
    #[error("{} has no [plugins.{name}]; it has {known}", path.display())]
    NoEntry {
        /// gateway.toml
        path: PathBuf,
        /// what was asked for
        name: String,
        /// what there is
        known: String,
    },
    /// the settings
    #[error("{} is neither a TOML table nor a JSON object: {why}", path.display())]
    Settings {
        /// the file
        path: PathBuf,
        /// the parser's word
        why: String,
    },
    /// the component is none
    #[error("{}: {source}", path.display())]
    Component {
        /// the file
        path: PathBuf,
        /// what is wrong with it
        source: LoadError,
    },
    /// it does not start
    #[error("{}: {source}", path.display())]
    Start {
        /// the file
        path: PathBuf,
        /// what is wrong with it
        source: PluginError,
    },
    /// the policy host
    #[error("{0}")]
    Host(#[from] HostError),
}

/// See the module.
pub struct Newcomer {
    host: Host,
    file: PathBuf,
    entry: config::Plugin,
    bytes: Vec<u8>,
    config_json: String,
    environment: BTreeMap<String, String>,
    identity_prefix: Option<String>,
}

impl Newcomer {
    /// A component under the settings of a file, JSON or TOML, or under none.
    ///
    /// # Errors
    /// When a file cannot be read, or is none of its kind.
    pub fn bare(
        file: &Path,
        settings: Option<&Path>,
        environment: BTreeMap<String, String>,
    ) -> Result<Self, NewcomerError> {
        let host = Host::start()?;
        let bytes = read(file)?;
        let outline = host.compiler.outline(&bytes);
        let outline = outline.map_err(|source| NewcomerError::Component { path: file.to_owned(), source })?;
        let mut entry = stage::bare(NAME, &outline);
        entry.grants.environment = environment.keys().cloned().collect();
        let config_json = settings.map_or_else(|| Ok("{}".to_owned()), self::settings)?;
        Ok(Self { host, file: file.to_owned(), entry, bytes, config_json, environment, identity_prefix: None })
    }

    /// A plugin of a gateway.toml, with this component in place of its own where one is given.
    ///
    /// # Errors
    /// When a file cannot be read, or has no such plugin.
    pub fn of_entry(
        gateway_toml: &Path,
        name: &str,
        file: Option<&Path>,
        environment: BTreeMap<String, String>,
    ) -> Result<Self, NewcomerError> {
        let config = config::load(gateway_toml)?;
        let known: Vec<&str> = config.plugins.iter().map(|plugin| plugin.name.as_str()).collect();
        let known = known.join(", ");
        let found = config.plugins.into_iter().find(|plugin| plugin.name == name);
        let mut entry = found.ok_or_else(|| NewcomerError::NoEntry {
            path: gateway_toml.to_owned(),
            name: name.to_owned(),
            known,
        })?;
        // A pin is of the component that the entry names.
        let file = file.map_or_else(|| entry.file.clone(), |file| { entry.pin = None; file.to_owned() });
        let more = environment.keys().filter(|name| !entry.grants.environment.contains(name));
        let more: Vec<String> = more.cloned().collect();
        entry.grants.environment.extend(more);
        let (bytes, config_json) = (read(&file)?, entry.config_json.clone());
        let identity_prefix = Some(config.identity_prefix);
        Ok(Self { host: Host::start()?, file, entry, bytes, config_json, environment, identity_prefix })
    }

    /// Its role.
    pub fn world(&self) -> World {
        self.entry.world
    }

    /// Its digest.
    pub fn digest(&self) -> Digest {
        Digest::of(&self.bytes)
    }

    /// Its file.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Its config as JSON, with the names of secrets in place of their values.
    pub fn config_json(&self) -> &str {
        &self.config_json
    }

    /// What its instances see of the environment.
    pub fn environment(&self) -> &BTreeMap<String, String> {
        &self.environment
    }

    /// One more instance of it.
    ///
    /// # Errors
    /// When it does not start under its config.
    pub fn stage(&self) -> Result<Stage, NewcomerError> {
        let piece = self.host.piece(&self.entry, &self.bytes);
        let identity_prefix = self.identity_prefix.as_deref().unwrap_or(piece.identity_prefix);
        let stage =
            Stage::with_environment(&Piece { identity_prefix, ..piece }, &self.config_json, &self.environment);
        stage.map_err(|source| NewcomerError::Start { path: self.file.clone(), source })
    }
}

fn read(path: &Path) -> Result<Vec<u8>, NewcomerError> {
    fs::read(path).map_err(|source| NewcomerError::File { path: path.to_owned(), source })
}

/// The settings of a file as JSON.
fn settings(path: &Path) -> Result<String, NewcomerError> {
    let bytes = read(path)?;
    let fault = |why: String| NewcomerError::Settings { path: path.to_owned(), why };
    let text = String::from_utf8(bytes).map_err(|error| fault(error.to_string()))?;
    if text.trim_start().starts_with('{') {
        let settings: serde_json::Value = serde_json::from_str(&text).map_err(|error| fault(error.to_string()))?;
        return Ok(settings.to_string());
    }
    let settings: toml::Table = toml::from_str(&text).map_err(|error| fault(error.message().to_owned()))?;
    serde_json::to_string(&settings).map_err(|error| fault(error.to_string()))
}
