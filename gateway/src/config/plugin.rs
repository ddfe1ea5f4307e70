//! What a `[plugins.NAME]` table means: the component, its role, and what it may use.
//!
//! Never prints a plugin's config, which may hold secrets.

use super::loading::Pin;
use std::fmt;
use std::path::PathBuf;

use super::grants::Grants;
use super::secret::Secret;
use witgate_settings::fault::Span;

use super::cases::PluginCases;
use super::limits::PluginLimits;
use super::shadow::Shadow;
use super::upkeep::{Breaker, Isolation, OnFault, Recycle};

/// The role of a plugin: which WIT world its component has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum World {
    /// Establishes who calls.
    Authenticator,
    /// Decides whether they may.
    Authorizer,
    /// Chooses the upstream.
    Router,
    /// Changes headers.
    Filter,
}

impl World {
    /// All worlds, in the order in which a route runs them.
    pub const ALL: [World; 4] = [World::Authenticator, World::Authorizer, World::Router, World::Filter];

    /// The word used in gateway.toml.
    pub fn word(self) -> &'static str {
        match self {
            World::Authenticator => "authenticator",
            World::Authorizer => "authorizer",
            World::Router => "router",
            World::Filter => "filter",
        }
    }
}

impl fmt::Display for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A policy component and what it is given.
#[derive(Clone)]
pub struct Plugin {
    /// The name after `plugins.`.
    pub name: String,
    /// The role it must have.
    pub world: World,
    /// The component, joined to the folder of gateway.toml; it existed when the file was read.
    pub file: PathBuf,
    /// What the component's bytes must be, where the operator says it.
    pub pin: Option<Pin>,
    /// Its `config` table as JSON; `{}` where absent.
    pub config_json: String,
    /// What one instance may use.
    pub limits: PluginLimits,
    /// What it must answer before it may serve.
    pub cases: Option<PluginCases>,
    /// What one instance may see.
    pub isolation: Isolation,
    /// What its faults do to a request.
    pub on_fault: OnFault,
    /// When it is not asked any more.
    pub breaker: Breaker,
    /// When its instances are replaced.
    pub recycle: Recycle,
    /// What it may use beyond its world.
    pub grants: Grants,
    /// The secrets that its config names; their values are put there when it is loaded.
    pub secrets: Vec<Secret>,
    /// The candidate beside it, if any.
    pub shadow: Option<Shadow>,
    /// Where each fact was written, for faults found while loading.
    pub spans: PluginSpans,
}

impl fmt::Debug for Plugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plugin")
            .field("name", &self.name)
            .field("world", &self.world)
            .field("file", &self.file)
            .field("limits", &self.limits)
            .field("grants", &self.grants)
            .field("cases", &self.cases)
            .finish_non_exhaustive()
    }
}

/// Where a plugin's facts were written. What was left out points at the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PluginSpans {
    /// The name in the table header.
    pub name: Span,
    /// The value of `world`.
    pub world: Span,
    /// The value of `file`.
    pub file: Span,
    /// The value of `sha256`.
    pub pin: Span,
    /// The value of `config`.
    pub config: Span,
}
