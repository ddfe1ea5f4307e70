//! Which lines of a recording are asked again: those of one plugin, in one role, within a time.
//!
//! Never mixes the decisions of two plugins.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::Deserialize;
use thiserror::Error;

use crate::config::World;
use crate::policy::tape::{Line, VERSION};
use crate::recording::Lines;

/// Why no lines are chosen.
#[derive(Debug, Error)]
pub enum NoChoice {
    /// the recording
    #[error("cannot read the recording {}: {source}", path.display())]
    Unreadable {
        /// the folder or file
        path: PathBuf,
        /// the system's word
        source: io::Error,
    },
    /// nothing of that role
    #[error("the recording has no decision of {world}; it has those of {found}")]
    None {
        /// such as `an authorizer`
        world: String,
        /// the plugins that are there, with their roles
        found: String,
    },
    /// more than one
    #[error("the recording has decisions of several plugins in this role: say --of with one of {0}")]
    Several(String),
}

/// See the module.
#[derive(Debug, Clone)]
pub struct Choice {
    /// the recording: a folder, or one file
    pub recording: PathBuf,
    /// the plugin's name in gateway.toml when it was recorded
    pub plugin: String,
    /// its role
    pub world: World,
    /// not before
    pub since: Option<Timestamp>,
    /// not after
    pub until: Option<Timestamp>,
}

/// What of a line says whose it is.
#[derive(Deserialize)]
struct Whose {
    plugin: String,
    role: String,
}

impl Choice {
    /// The one plugin of the recording that has this role, within no time.
    ///
    /// # Errors
    /// When the recording cannot be read, or has none or several of them.
    pub fn only(recording: &Path, world: World) -> Result<Self, NoChoice> {
        let role = world.to_string();
        let mut found: BTreeSet<(String, String)> = BTreeSet::new();
        for (_, text) in lines(recording)?.flatten() {
            let whose = serde_json::from_str::<Whose>(&text).ok();
            found.extend(whose.map(|whose| (whose.plugin, whose.role)));
        }
        let names: Vec<&str> =
            found.iter().filter(|(_, found)| *found == role).map(|(name, _)| name.as_str()).collect();
        match names.as_slice() {
            [plugin] => Ok(Self::of(recording, plugin, world)),
            [] => {
                let told: Vec<String> = found.iter().map(|(name, role)| format!("`{name}` ({role})")).collect();
                let found = if told.is_empty() { "nobody".to_owned() } else { told.join(", ") };
                Err(NoChoice::None { world: world.to_string(), found })
            }
            several => Err(NoChoice::Several(several.join(", "))),
        }
    }

    /// A plugin of the recording, within no time.
    pub fn of(recording: &Path, plugin: &str, world: World) -> Self {
        let plugin = plugin.to_owned();
        Self { recording: recording.to_owned(), plugin, world, since: None, until: None }
    }

    /// Its lines, and those of others.
    pub(super) fn lines(&self) -> Result<Lines, NoChoice> {
        lines(&self.recording)
    }

    /// Reads a line, if it is one of these.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn take(&self, text: &str) -> Result<Option<Line>, String> {
        let line: Line = serde_json::from_str(text).map_err(|error| told(text, &error))?;
        if line.version != VERSION {
            return Err(format!("a line of version {}; this witgate reads version {VERSION}", line.version));
        }
        let whose = line.plugin == self.plugin && line.role == self.world.to_string();
        let early = self.since.is_some_and(|since| line.at < since);
        let late = self.until.is_some_and(|until| line.at > until);
        Ok((whose && !early && !late).then_some(line))
    }
}

fn lines(recording: &Path) -> Result<Lines, NoChoice> {
    let unreadable = |source| NoChoice::Unreadable { path: recording.to_owned(), source };
    Lines::of(recording).map_err(unreadable)
}

/// A line of another version fails on its other keys first.
fn told(text: &str, error: &serde_json::Error) -> String {
    let version = serde_json::from_str::<serde_json::Value>(text).ok().and_then(|line| line["version"].as_u64());
    match version {
        Some(other) if other != u64::from(VERSION) => {
            format!("a line of version {other}; this witgate reads version {VERSION}")
        }
        _ => format!("no recorded decision: {error}"),
    }
}
