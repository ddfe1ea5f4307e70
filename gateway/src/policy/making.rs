//! What an entry of gateway.toml is made into before it is a plugin: a blueprint, and the first instances of it.
//!
//! Never serves a request.

use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;

use super::allocation::Need;
use super::clock::thread_cpu_time;
use super::component::{Compiler, Digest, LoadError, check_pin, link};
use super::exports::Exports;
use super::grants::{GrantError, Granted, Resources};
use super::instance::{Blueprint, Calling, Description, Instance, START_WALL, StartError};
use super::log_rate::LogRate;
use super::stock::most_at_once;
use crate::config;
use crate::observe::metrics::Metrics;

/// Why a plugin cannot enter a generation.
#[derive(Debug, Error)]
pub enum PluginError {
    /// the component itself
    #[error(transparent)]
    Load(#[from] LoadError),
    /// what its entry grants it
    #[error(transparent)]
    Grant(#[from] GrantError),
    /// its first instances
    #[error(transparent)]
    Start(#[from] StartError),
    /// its decision cache has no secret of its own
    #[error("the system has no randomness for the plugin's decision cache: {0}")]
    Cache(#[from] getrandom::Error),
}

/// What the instances of an entry are made from.
pub(super) fn blueprint(
    compiler: &Compiler,
    (entry, granted, staged): (&config::Plugin, Granted, Option<Vec<(String, String)>>),
    bytes: &[u8],
    workers: usize,
    metrics: &Arc<Metrics>,
) -> Result<Blueprint, PluginError> {
    let calling = if granted.waits() { Calling::Waiting } else { Calling::Sync };
    let (component, seat) = compiler.seated(bytes, Digest::of(bytes), need(entry, workers, calling))?;
    let linked = link(&component, entry.world, &granted)?;
    let exports = Exports::of(&linked).map_err(|error| LoadError::Link(format!("{error:#}")))?;
    let lines = LogRate::new(&entry.name, entry.limits.log_lines_per_second, metrics.policies().of(&entry.name));
    Ok(Blueprint {
        plugin: entry.name.clone(),
        seat,
        linked,
        exports,
        config_json: granted.config_json.as_str().into(),
        hidden: granted.hidden.clone(),
        limits: entry.limits,
        log_rate: Arc::new(lines),
        recycle: entry.recycle,
        calling,
        staged,
    })
}

/// As above, for instances that never see this machine's clock, randomness or variables; `environment` is what they see
/// while they start.
///
/// # Errors
/// When the component does not fit its entry.
pub(super) fn staged(
    (compiler, resources): (&Compiler, &Resources),
    entry: &config::Plugin,
    bytes: &[u8],
    environment: Vec<(String, String)>,
) -> Result<Blueprint, PluginError> {
    check_pin(Digest::of(bytes), entry.pin)?;
    let granted = resources.apart_from_the_machine(entry)?;
    // The gateway's own counters are of requests.
    blueprint(compiler, (entry, granted, Some(environment)), bytes, 1, &Arc::default())
}

/// What it needs of the pool. Calls that overlap have as many instances as there are calls, so they lie outside.
pub(super) fn need(entry: &config::Plugin, workers: usize, calling: Calling) -> Option<Need> {
    let need = Need { instances: most_at_once(workers), table_elements: entry.limits.table_elements };
    (calling == Calling::Sync).then_some(need)
}

/// One instance for each worker, what the first says of itself, and the CPU time that its start used.
pub(super) fn started(
    blueprint: &Blueprint,
    workers: usize,
) -> Result<(Vec<Instance>, Description, Duration), StartError> {
    let most = blueprint.limits.start_cpu;
    let began = thread_cpu_time();
    let (first, description) = blueprint.first(most, START_WALL)?;
    let took = thread_cpu_time().saturating_sub(began);
    let mut warm = vec![first];
    for _ in 1..workers {
        warm.push(blueprint.start(most, START_WALL)?);
    }
    Ok((warm, description, took))
}
