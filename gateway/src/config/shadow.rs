//! What a `[plugins.NAME.shadow]` table means: the candidate beside the plugin, and how many calls it is asked too.
//!
//! Never prints a config, which may hold secrets.

use std::fmt;
use std::path::PathBuf;

use witgate_settings::fault::Span;

use super::loading::Pin;
use super::plugin::{Plugin, PluginSpans};
use super::secret::Secret;

/// A candidate: what is not written is as the live plugin has it.
#[derive(Clone)]
pub struct Shadow {
    /// Its component, joined to the folder of gateway.toml.
    pub file: PathBuf,
    /// The SHA-256 that its component must have. A component of its own never inherits the live one's.
    pub pin: Option<Pin>,
    /// Its `config` table as JSON.
    pub config_json: String,
    /// The secrets that the config names.
    pub secrets: Vec<Secret>,
    /// The sampled calls, in millionths: 0 asks none.
    pub share_millionths: u32,
    /// The value of `file`, or the table.
    pub file_span: Span,
    /// The value of `sha256`, or the table.
    pub pin_span: Span,
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
    /// The candidate as a plugin of its own, with the limits of the live one, and with its grants apart: its deeds must not
    /// count twice. Its name has a dot, which no plugin's name in gateway.toml has, nor a store's.
    pub fn candidate(&self, shadow: &Shadow) -> Plugin {
        let name = format!("{}.shadow", self.name);
        Plugin {
            grants: self.grants.apart(&name),
            secrets: shadow.secrets.clone(),
            name,
            file: shadow.file.clone(),
            pin: shadow.pin,
            config_json: shadow.config_json.clone(),
            spans: PluginSpans {
                world: shadow.file_span,
                file: shadow.file_span,
                pin: shadow.pin_span,
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

#[cfg(test)]
mod tests {
    use crate::config;

    const TEXT: &str = r#"
[[listeners]]
address = "127.0.0.1:0"
[plugins.live]
world = "authorizer"
file = "live.wasm"
sha256 = "00000000000000000000000000000000000000000000000000000000000000bb"
[plugins.live.limits]
cpu-ms = 7
[plugins.live.grants]
clock = true
[plugins.live.grants.store]
name = "counters"
[plugins.live.grants.http]
hosts = ["api.example.com"]
[plugins.live.shadow]
file = "next.wasm"
sha256 = "00000000000000000000000000000000000000000000000000000000000000aa"
"#;

    #[test]
    fn a_candidate_has_the_live_plugins_limits_and_none_of_its_reach() {
        let folder = tempfile::tempdir().expect("a folder");
        for file in ["live.wasm", "next.wasm"] {
            std::fs::write(folder.path().join(file), "").expect("written");
        }
        let config = config::parse(&folder.path().join("gateway.toml"), TEXT.to_owned()).expect("no fault");
        let live = &config.plugins[0];
        let shadow = live.shadow.as_ref().expect("a shadow");
        assert_eq!(shadow.share_millionths, 100_000);
        let candidate = live.candidate(shadow);
        assert_eq!((candidate.limits, candidate.grants.clock), (live.limits, true));
        assert_eq!(candidate.pin.map(|pin| pin.0[31]), Some(0xaa));
        assert!(candidate.shadow.is_none() && candidate.name == "live.shadow");
        let store =
            |plugin: &config::Plugin| plugin.grants.store.as_ref().map(|store| store.name.clone()).expect("a store");
        assert!(store(&candidate).starts_with("live.shadow."), "{candidate:?}");
        assert_ne!(store(&candidate), store(&live.candidate(shadow)), "the next candidate finds nothing of this one");
        assert_eq!(candidate.grants.http.map(|http| http.hosts.len()), Some(0));
        let files: Vec<_> = live.files().filter_map(|file| file.file_name()).collect();
        assert_eq!(files, ["live.wasm", "next.wasm"]);
    }
}
