//! What a `[plugins.NAME.shadow]` table means: the candidate beside the plugin, and how many calls it is asked too.
//!
//! Never prints a config, which may hold secrets.

use std::fmt;
use std::path::PathBuf;

use witgate_settings::fault::Span;

use super::plugin::{Plugin, PluginSpans};

/// A candidate: what is not written is as the live plugin has it.
#[derive(Clone)]
pub struct Shadow {
    /// Its component, joined to the folder of gateway.toml.
    pub file: PathBuf,
    /// Its `config` table as JSON.
    pub config_json: String,
    /// The sampled calls, in millionths: 0 asks none.
    pub share_millionths: u32,
    /// The value of `file`, or the table.
    pub file_span: Span,
    /// The value of `config`, or the table.
    pub config_span: Span,
}

impl fmt::Debug for Shadow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shadow")
            .field("file", &self.file)
            .field("share_millionths", &self.share_millionths)
            .finish_non_exhaustive()
    }
}

impl Plugin {
    /// The candidate as a plugin of its own, with the limits of the live one. Its name has a dot, which no plugin's name in
    /// gateway.toml has.
    pub fn candidate(&self, shadow: &Shadow) -> Plugin {
        Plugin {
            name: format!("{}.shadow", self.name),
            file: shadow.file.clone(),
            config_json: shadow.config_json.clone(),
            spans: PluginSpans {
                world: shadow.file_span,
                file: shadow.file_span,
                config: shadow.config_span,
                ..self.spans
            },
            shadow: None,
            ..self.clone()
        }
    }

    /// Every component this entry names: its own, and its candidate's.
    pub fn files(&self) -> impl Iterator<Item = &PathBuf> {
        std::iter::once(&self.file).chain(self.shadow.iter().map(|shadow| &shadow.file))
    }
}
