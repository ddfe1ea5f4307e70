//! The plugins of a generation that is being built: loaded, rehearsed, and their candidates beside them.
//!
//! Never stops at the first fault: each plugin's is noted at its place.

use std::sync::Arc;

use super::builder::Builder;
use super::material::bytes;
use super::{Components, Generation, Material, faults};
use crate::config::{self, Draft};
use crate::policy::plugin::{Plugin, PluginError};
use crate::policy::shadow::Tap;
use crate::rehearsal::{Failure, Subject};

/// What to do about a cases.toml that cannot be read.
const UNREAD_CASES: &str = "check the path and its permissions";

impl Builder {
    /// Those that load; the faults of the others are noted.
    pub(super) fn plugins(&self, draft: &mut Draft, material: &Material) -> Vec<Arc<Plugin>> {
        let workers = draft.config().threads;
        let mut plugins = Vec::new();
        for entry in draft.config().plugins.clone() {
            match self.plugin(&entry, &material.components, workers) {
                Ok(plugin) => {
                    self.rehearse(draft, &entry, material);
                    plugins.push(Arc::new(plugin));
                }
                Err(error) => faults::push(draft.faults(), &entry, &error),
            }
        }
        plugins
    }

    /// Notes whatever a component that loads must not do.
    fn rehearse(&self, draft: &mut Draft, entry: &config::Plugin, material: &Material) {
        let Some(Ok(bytes)) = material.components.get(&entry.file) else { return };
        let cases = match entry.cases.as_ref().map(|cases| (cases, material.cases.get(&cases.file))) {
            None => None,
            Some((_, Some(Ok(text)))) => Some(text.as_str()),
            Some((cases, unread)) => {
                let why = unread.and_then(|unread| unread.as_ref().err()).map_or("it was not read", String::as_str);
                draft.faults().push(cases.span, format!("plugin `{}`: cases: {why}", entry.name), UNREAD_CASES);
                return;
            }
        };
        let config = draft.config();
        let failures = self.rehearsal.failures(&Subject {
            compiler: &self.compiler,
            resources: &self.resources,
            entry,
            bytes,
            cases,
            issuers: &config.issuers,
            identity_prefix: &config.identity_prefix,
        });
        for failure in failures {
            let place = match (&failure, &entry.cases) {
                (Failure::Cases(_), Some(cases)) => cases.span,
                _ => entry.spans.name,
            };
            draft.faults().push(place, format!("plugin `{}`: {failure}", entry.name), failure.remedy());
        }
    }

    fn plugin(&self, entry: &config::Plugin, components: &Components, workers: usize) -> Result<Plugin, PluginError> {
        Plugin::load((&self.compiler, &self.resources), entry, bytes(components, &entry.file)?, workers, &self.metrics)
    }

    /// The candidates of the plugins that loaded; a candidate that does not load is a fault like any other.
    pub(super) fn taps(
        &self,
        draft: &mut Draft,
        components: &Components,
        plugins: &[Arc<Plugin>],
        previous: Option<&Generation>,
    ) -> Vec<Arc<Tap>> {
        let workers = draft.config().threads;
        let known = previous.map(|previous| &*previous.taps).unwrap_or_default();
        let mut taps = Vec::new();
        for entry in draft.config().plugins.clone() {
            let (Some(shadow), Some(live)) = (&entry.shadow, plugins.iter().find(|plugin| plugin.name() == entry.name))
            else {
                continue;
            };
            let made = bytes(components, &shadow.file).map_err(PluginError::from).and_then(|bytes| {
                self.shadows.tap((&self.compiler, &self.resources), live, &entry, bytes, workers, known)
            });
            match made {
                Ok(tap) => taps.extend(tap),
                Err(error) => faults::push(draft.faults(), &entry.candidate(shadow), &error),
            }
        }
        taps
    }
}
