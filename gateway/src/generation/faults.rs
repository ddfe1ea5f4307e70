//! The faults of plugins that do not load, each at its place in gateway.toml.
//!
//! Never quotes a plugin's configuration.

use crate::config::{Faults, Plugin};
use crate::policy::component::LoadError;
use crate::policy::fault::Fault;
use crate::policy::instance::StartError;
use crate::policy::limits::Limit;
use crate::policy::plugin::PluginError;

/// Notes why a plugin does not load.
pub(super) fn push(faults: &mut Faults, entry: &Plugin, error: &PluginError) {
    let message = format!("plugin `{}`: {error}", entry.name);
    match error {
        PluginError::Load(LoadError::World { .. }) => faults.push(entry.spans.world, message, remedy(error)),
        PluginError::Load(LoadError::Pin { .. }) => faults.push(entry.spans.pin, message, remedy(error)),
        PluginError::Load(_) => faults.push(entry.spans.file, message, remedy(error)),
        PluginError::Grant(_) => faults.push(entry.spans.config, message, remedy(error)),
        PluginError::Start(StartError::Config(_)) => faults.push(entry.spans.config, message, remedy(error)),
        PluginError::Start(StartError::Fault(_) | StartError::TooLongForEach(_)) | PluginError::Cache(_) => {
            faults.push(entry.spans.name, message, remedy(error))
        }
    }
}

/// What to do about a plugin that does not load.
pub fn remedy(error: &PluginError) -> &'static str {
    match error {
        PluginError::Load(error) => error.remedy(),
        PluginError::Grant(_) => "correct [secrets] or what it names, or the plugin's `grants`",
        PluginError::Cache(_) => "leave `decision-cache-bytes` out, or give the gateway the system's randomness",
        PluginError::Start(StartError::Config(_)) => "the plugin's README lists its keys",
        PluginError::Start(StartError::TooLongForEach(_)) => {
            "use isolation = \"instance\", or let `describe` and `configure` do less"
        }
        PluginError::Start(StartError::Fault(Fault::Limit(exceeded))) => raise(exceeded.limit),
        PluginError::Start(StartError::Fault(_)) => "run the plugin's own tests; the log has what it said",
    }
}

fn raise(limit: Limit) -> &'static str {
    match limit {
        Limit::MemoryBytes => "raise `memory-bytes` in the plugin's `limits`",
        Limit::StartCpuMs => "raise `start-cpu-ms` in the plugin's `limits`",
        Limit::TableElements => "raise `table-elements` in the plugin's `limits`",
        Limit::Parts => "raise `instances` in the plugin's `limits`",
        _ => "raise this limit in the plugin's `limits`, or let the plugin do less while it is configured",
    }
}
