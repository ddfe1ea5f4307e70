//! The component that recorded decisions are asked again.
//!
//! Never started under less than its entry says: limits and grants count in a replay too, though a case answers.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use thiserror::Error;
use witgate_settings::fault::Faults;

use crate::config::{self, IDENTITY_PREFIX, World};
use crate::policy::component::{Digest, LoadError};
use crate::policy::outline::Roles;
use crate::policy::plugin::PluginError;
use crate::stage::{self, Piece, Stage};
use crate::workbench::host::{Host, HostFault};
use crate::workbench::settings;
use crate::workbench::subject::{Subject, SubjectFault};

/// The name of a component that no gateway.toml names.
const NAME: &str = "replayed";

/// Why there is nothing to ask.
#[derive(Debug, Error)]
pub enum NewcomerError {
    /// the component, or its folder
    #[error(transparent)]
    Subject(#[from] SubjectFault),
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
    #[error("{0}")]
    Settings(String),
    /// the component is none
    #[error("{}: {source}", path.display())]
    Component {
        /// the file
        path: PathBuf,
        /// what is wrong with it
        source: LoadError,
    },
    /// it has not one role
    #[error("{}: {source}", path.display())]
    Role {
        /// the file
        path: PathBuf,
        /// what it has instead
        source: Roles,
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
    #[error(transparent)]
    Host(#[from] HostFault),
}

/// See the module.
pub struct Newcomer {
    host: Host,
    subject: Subject,
    entry: config::Plugin,
    environment: BTreeMap<String, String>,
    identity_prefix: String,
}

impl Newcomer {
    /// A component, or what a policy's folder was built into, under given settings (see [`settings::read`]), or under
    /// none.
    ///
    /// # Errors
    /// When a file cannot be read, or is none of its kind.
    pub fn bare(
        place: &Path,
        settings: Option<&str>,
        environment: BTreeMap<String, String>,
    ) -> Result<Self, NewcomerError> {
        let (host, subject) = (Host::start()?, Subject::at(place)?);
        let path = || subject.component.clone();
        let outline = host.compiler().outline(&subject.bytes);
        let outline = outline.map_err(|source| NewcomerError::Component { path: path(), source })?;
        let world = outline.world().map_err(|source| NewcomerError::Role { path: path(), source })?;
        let mut entry = stage::bare(NAME, world, &outline);
        if let Some(given) = settings {
            entry.config_json = settings::read("--settings", given).map_err(NewcomerError::Settings)?.to_string();
        }
        Ok(Self { host, subject, entry, environment, identity_prefix: IDENTITY_PREFIX.to_owned() }.seeing())
    }

    /// A plugin of a gateway.toml, with this component in place of its own where one is given.
    ///
    /// # Errors
    /// When a file cannot be read, or has no such plugin.
    pub fn of_entry(
        gateway_toml: &Path,
        name: &str,
        place: Option<&Path>,
        environment: BTreeMap<String, String>,
    ) -> Result<Self, NewcomerError> {
        let config = config::load(gateway_toml)?;
        let Some(entry) = config.plugins.iter().find(|plugin| plugin.name == name) else {
            let known: Vec<&str> = config.plugins.iter().map(|plugin| plugin.name.as_str()).collect();
            let (path, name, known) = (gateway_toml.to_owned(), name.to_owned(), known.join(", "));
            return Err(NewcomerError::NoEntry { path, name, known });
        };
        let mut entry = entry.clone();
        if place.is_some() {
            // A pin is of the component that the entry names.
            entry.pin = None;
        }
        let subject = Subject::at(place.unwrap_or(&entry.file))?;
        Ok(Self { host: Host::start()?, subject, entry, environment, identity_prefix: config.identity_prefix }.seeing())
    }

    /// Grants the variables that are given.
    fn seeing(mut self) -> Self {
        let granted = &mut self.entry.grants.environment;
        let more: Vec<String> = self.environment.keys().filter(|name| !granted.contains(name)).cloned().collect();
        granted.extend(more);
        self
    }

    /// Its role.
    pub fn world(&self) -> World {
        self.entry.world
    }

    /// Its digest.
    pub fn digest(&self) -> Digest {
        Digest::of(&self.subject.bytes)
    }

    /// Its config as JSON, with the names of secrets in place of their values.
    pub fn config_json(&self) -> &str {
        &self.entry.config_json
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
        let Self { host, subject, entry, environment, identity_prefix } = self;
        let (compiler, resources) = (host.compiler(), host.resources());
        let piece = Piece { compiler, resources, entry, bytes: &subject.bytes, identity_prefix };
        let stage = Stage::with_environment(&piece, &entry.config_json, environment);
        stage.map_err(|source| NewcomerError::Start { path: subject.component.clone(), source })
    }
}
