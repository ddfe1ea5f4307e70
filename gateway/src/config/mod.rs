//! Reads gateway.toml: what was written becomes what is meant, or a list of every fault in it.
//!
//! Never opens a socket, never loads a component, and never accepts a file in part.

mod fault;
mod suggest;
mod pattern;
mod model;
mod reader;
mod json;
mod written;
mod specificity;
mod overlap;
mod meaning;

pub use fault::{Faults, Source, Span};
pub use model::{Config, Issuer, KeySource, Limits, Plugin, PluginLimits, PluginSpans, Route, Typ, Upstream, World};
pub use pattern::{HostPattern, PathPattern, Segment};
pub use specificity::Specificity;

use std::path::Path;
use std::sync::Arc;
use toml::de::DeTable;
use written::Written;

/// Reads and checks a gateway.toml.
///
/// # Errors
/// Every fault of the file, at once.
pub fn load(path: &Path) -> Result<Config, Faults> {
    parse(path, read(path)?)
}

/// The text of a gateway.toml.
///
/// # Errors
/// When the file cannot be read, or is not UTF-8.
pub fn read(path: &Path) -> Result<String, Faults> {
    std::fs::read_to_string(path).map_err(|error| {
        let mut faults = Faults::new(&Arc::new(Source::new(path.display().to_string(), String::new())));
        faults.push_whole(format!("cannot read {}: {error}", path.display()), "name the file with --config");
        faults
    })
}

/// What could be read of a gateway.toml beside its faults. Its plugins are whole even when the rest is not, so that
/// their components can be checked and every fault be shown at once.
pub struct Draft {
    config: Config,
    faults: Faults,
}

impl Draft {
    /// What was read: not to be served before [`Draft::finish`].
    pub fn config(&self) -> &Config {
        &self.config
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
    let source = Arc::new(Source::new(path.display().to_string(), text));
    let mut faults = Faults::new(&source);
    if source.inner().len() > MAX_FILE_BYTES {
        faults.push_whole(format!("{} is larger than {MAX_FILE_BYTES} bytes", path.display()), "use fewer routes");
        return Err(faults);
    }
    let (document, errors) = DeTable::parse_recoverable(source.inner());
    for error in &errors {
        let span = error.span().unwrap_or(written::TOP);
        faults.push(span.into(), format!("this is not TOML: {}", error.message()), SYNTAX_HINT);
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let written = Written::read(document.get_ref(), &mut faults);
    let config = meaning::config(path, &source, &written, &mut faults);
    Ok(Draft { config, faults })
}

/// Largest gateway.toml, in bytes: every pair of routes is compared.
const MAX_FILE_BYTES: usize = 1 << 20;

/// Nothing else is checked in a text that is not TOML.
const SYNTAX_HINT: &str = "mend the syntax first; the rest is checked after that (https://toml.io)";
