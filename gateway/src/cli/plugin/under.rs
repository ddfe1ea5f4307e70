//! `--config gateway.toml --plugin NAME`: the entry under which a component is looked at.
//!
//! Never shows a value of the entry's config.

use std::path::PathBuf;

use clap::Args;
use witgate_settings::suggest;

use crate::config::{self, Config};

#[derive(Debug, Args)]
pub(super) struct Under {
    /// A configuration file, with --plugin
    #[arg(long, short, default_value = "gateway.toml", value_name = "FILE", requires = "plugin")]
    config: PathBuf,
    /// The plugin's entry there: its config, grants and limits
    #[arg(long, value_name = "NAME")]
    pub(super) plugin: Option<String>,
}

impl Under {
    /// The configuration, and the index of the entry; nothing where none was named.
    ///
    /// # Errors
    /// Every fault of the file, or that it has no such entry.
    pub(super) fn entry(&self) -> Result<Option<(Config, usize)>, String> {
        let Some(name) = &self.plugin else { return Ok(None) };
        let config =
            config::load(&self.config).map_err(|faults| format!("{}\n{}", self.config.display(), faults.render()))?;
        match config.plugins.iter().position(|plugin| plugin.name == *name) {
            Some(index) => Ok(Some((config, index))),
            None => {
                let known = config.plugins.iter().map(|plugin| plugin.name.as_str());
                let hint = suggest::hint(name, known, "its plugins");
                Err(format!("{} has no plugin {name:?}; {hint}", self.config.display()))
            }
        }
    }
}
