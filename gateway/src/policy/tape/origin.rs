//! Where recorded calls come from: one generation, and what of it their lines need.
//!
//! Never holds a plugin's config, which may name secrets: only its digest.

use std::collections::BTreeMap;

use crate::config::{self, Config, Recording};
use crate::policy::component::Digest;

/// See the module.
pub(super) struct Origin {
    pub(super) generation: u64,
    pub(super) recording: Recording,
    /// the digest of each plugin's config
    pub(super) configs: BTreeMap<String, Digest>,
    /// profile name to exact issuer
    pub(super) issuers: BTreeMap<String, String>,
}

impl Origin {
    pub(super) fn of(generation: u64, config: &Config, recording: Recording) -> Self {
        let digest = |plugin: &config::Plugin| Digest::of(plugin.config_json.as_bytes());
        Self {
            generation,
            recording,
            configs: config.plugins.iter().map(|plugin| (plugin.name.clone(), digest(plugin))).collect(),
            issuers: config.issuers.iter().map(|one| (one.name.clone(), one.issuer.clone())).collect(),
        }
    }
}
