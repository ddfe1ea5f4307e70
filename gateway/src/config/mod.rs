//! Reads gateway.toml: what was written becomes what is meant, or a list of every fault in it.
//!
//! Never opens a socket, never loads a component, and never accepts a file in part.

mod pattern;
mod cases;
mod operations;
mod grants;
mod secret;
mod loading;
mod limits;
mod upkeep;
mod plugin;
mod recording;
mod shadow;
mod model;
mod json;
mod written;
mod specificity;
mod overlap;
mod meaning;

pub use cases::PluginCases;
pub use grants::{Grants, HostPort, HttpGrant, StoreGrant};
pub use limits::PluginLimits;
pub use loading::{CachePlace, CompileLimits, Loading, Pin};
pub use meaning::IDENTITY_PREFIX;
pub use model::{Config, DebugKey, Issuer, KeySource, Limits, Route, Typ, Upstream};
pub use operations::{ShowGeneration, TakeoverSocket};
pub use pattern::{HostPattern, PATH_ATTRIBUTE, PathPattern, Segment};
pub use plugin::{Plugin, PluginSpans, World};
pub use recording::{RecordTo, Recording, RecordingBounds};
pub use secret::{SECRET_PREFIX, Secret, SecretPlace};
pub use shadow::Shadow;
pub use specificity::Specificity;
pub use upkeep::{Breaker, Isolation, OnFault, Recycle};
pub use witgate_settings::fault::{Faults, Source, Span};
pub use witgate_settings::outline::{Kind, Outline};

use std::path::Path;
use witgate_settings::document::{self, Size};
use written::Written;

/// Reads and checks a gateway.toml.
///
/// # Errors
/// Every fault of the file, at once.
pub fn load(path: &Path) -> Result<Config, Faults> {
    parse(path, read(path)?)
}

/// Every key that a gateway.toml may have, as its reader asks for them.
pub fn outline() -> Outline {
    Written::outline()
}

/// The text of a gateway.toml.
///
/// # Errors
/// When the file cannot be read, is too large, or is not UTF-8.
pub fn read(path: &Path) -> Result<String, Faults> {
    document::read(path, SIZE)
}

/// What could be read of a gateway.toml beside its faults. Its plugins are whole even when the rest is not, so that
/// their components can be checked and every fault be shown at once.
pub struct Draft {
    config: Config,
    faults: Faults,
    was_in_force: bool,
}

impl Draft {
    /// What was read: not to be served before [`Draft::finish`].
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// A configuration without a fault, to be built once more.
    pub fn again(config: Config) -> Draft {
        let faults = Faults::new(&config.source);
        Draft { config, faults, was_in_force: true }
    }

    /// Whether it served before, so that this is a rollback to it.
    pub fn was_in_force(&self) -> bool {
        self.was_in_force
    }

    /// Where to note more faults.
    pub fn faults(&mut self) -> &mut Faults {
        &mut self.faults
    }

    /// Every fault that was noted, where the rest is of no use any more.
    pub fn refuse(self) -> Faults {
        self.faults
    }

    /// The configuration, if there is no fault.
    ///
    /// # Errors
    /// Every fault that was noted.
    pub fn finish(self) -> Result<Config, Faults> {
        if self.faults.is_empty() { Ok(self.config) } else { Err(self.faults) }
    }
}

/// Checks the text of a gateway.toml; `path` is where it lies, for names and relative files.
///
/// # Errors
/// Every fault of the text, at once.
pub fn parse(path: &Path, text: String) -> Result<Config, Faults> {
    draft(path, text)?.finish()
}

/// As [`parse`], for a caller who has more to check.
///
/// # Errors
/// When the text is not TOML, or too large to be read.
pub fn draft(path: &Path, text: String) -> Result<Draft, Faults> {
    let source = document::source(path, text);
    let mut faults = Faults::new(&source);
    let Some(table) = document::parse(path, source.inner(), SIZE, &mut faults) else { return Err(faults) };
    let written = Written::read(&table, &mut faults);
    // the meaning of many routes finds room where their table was
    drop(table);
    let config = meaning::config(path, &source, &written, &mut faults);
    Ok(Draft { config, faults, was_in_force: false })
}

/// Largest gateway.toml: room for 100,000 routes with policies, and read in seconds.
const SIZE: Size = Size { most_bytes: 32 << 20, remedy: "use fewer routes" };
