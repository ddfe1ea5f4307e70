//! A generation: one configuration with its routes, policies and keys, built whole or not at all.
//!
//! Never changes once it serves; a reload makes another one. Requests in flight hold the one they started with.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Instant;

use jiff::Timestamp;
use tokio::runtime::Handle;
use witgate_keyring::Keyring;

use crate::config::{Config, Draft, Faults};
use crate::explain::operator_key::OperatorKey;
use crate::issuers;
use crate::observe::metrics::Metrics;
use crate::policy::chain::Chain;
use crate::policy::component::{Compiler, Digest, LoadError, check_pin};
use crate::policy::fault::Fault;
use crate::policy::grants::Resources;
use crate::policy::instance::StartError;
use crate::policy::limits::Limit;
use crate::policy::loading::{Compiling, Tally};
use crate::policy::plugin::{Plugin, PluginError};
use crate::policy::shadow::{Runner, Tap};
use crate::rehearsal::{Failure, Rehearsal, Subject};
use crate::routing::RouteTable;

/// Everything a request needs, of one configuration.
pub struct Generation {
    /// counts up from 1; 0 is a dry run
    pub number: u64,
    /// when it was built
    pub loaded_at: Timestamp,
    /// what gateway.toml means
    pub config: Config,
    /// which route a request takes
    pub table: RouteTable,
    /// the policies of each route, by its index in the configuration
    pub chains: Vec<Chain>,
    /// the loaded plugins, in the order of the configuration
    pub plugins: Vec<Arc<Plugin>>,
    /// the candidates beside some of them
    pub taps: Vec<Arc<Tap>>,
    /// the issuers' keys
    pub keyring: Keyring,
    /// whose debug headers count, if anybody's
    pub debug_key: Option<OperatorKey>,
    /// requests under way, their response bodies too; `lease` counts
    pub(crate) in_flight: AtomicUsize,
}

/// The bytes of every component a configuration names, as they were read.
pub type Components = BTreeMap<PathBuf, Result<Vec<u8>, LoadError>>;

/// The text of every cases.toml a configuration names, or why it could not be read.
pub type Cases = BTreeMap<PathBuf, Result<String, String>>;

/// What a configuration names, as it was read.
#[derive(Default)]
pub struct Material {
    /// the components
    pub components: Components,
    /// what the components must answer
    pub cases: Cases,
}

/// Builds generations.
pub struct Builder {
    compiler: Compiler,
    resources: Resources,
    rehearsal: Rehearsal,
    runtime: Handle,
    metrics: Arc<Metrics>,
    shadows: Runner,
}

impl Builder {
    /// A builder whose key fetches run on `runtime`, and whose components are compiled as said.
    ///
    /// # Errors
    /// When the WebAssembly engine cannot start on this machine.
    pub fn new(runtime: Handle, metrics: Arc<Metrics>, compiling: Compiling) -> wasmtime::Result<Self> {
        Ok(Self {
            compiler: Compiler::start(compiling)?,
            resources: Resources::new(runtime.clone()),
            rehearsal: Rehearsal::new(runtime.clone()),
            shadows: Runner::start(&metrics)?,
            runtime,
            metrics,
        })
    }

    /// Compiles, links, instantiates, configures and rehearses. Blocks for as long as that takes: never call it on a
    /// worker.
    ///
    /// # Errors
    /// Every fault of the file and of its plugins, each at its place in gateway.toml.
    pub fn build(
        &self,
        number: u64,
        mut draft: Draft,
        material: &Material,
        previous: Option<&Generation>,
    ) -> Result<Generation, Faults> {
        if let Some(previous) = previous {
            check_fixed(&previous.config, &mut draft);
        }
        let began = Instant::now();
        self.compile_ahead(&mut draft, &material.components);
        let plugins = self.plugins(&mut draft, material);
        let taps = self.taps(&mut draft, &material.components, &plugins, previous);
        let debug_key = debug_key(&mut draft);
        self.forget_others(&plugins, &taps, previous);
        self.say_loaded(number, &plugins, began);
        let known = previous.map(|previous| &previous.keyring);
        let Some(keyring) = issuers::keyring(&mut draft, &self.runtime, known) else { return Err(draft.refuse()) };
        let config = draft.finish()?;
        let table = RouteTable::build(&config);
        let chains = config.routes.iter().map(|route| chain(&config, route, &plugins).with_taps(&taps)).collect();
        Ok(Generation {
            number,
            loaded_at: Timestamp::now(),
            config,
            table,
            chains,
            plugins,
            taps,
            keyring,
            debug_key,
            in_flight: AtomicUsize::new(0),
        })
    }

    /// Takes up what the file says of loading, and compiles side by side what the plugins need.
    fn compile_ahead(&self, draft: &mut Draft, components: &Components) {
        let loading = draft.config().loading.clone();
        if let Err(fault) = self.compiler.prepare(&loading) {
            match loading.cache {
                Some(place) => draft.faults().push(place.span, fault.to_string(), fault.remedy()),
                None => draft.faults().push_whole(fault.to_string(), fault.remedy()),
            }
        }
        let mut wanted: Vec<(&[u8], Digest)> = Vec::new();
        for entry in &draft.config().plugins {
            let Some(Ok(bytes)) = components.get(&entry.file) else { continue };
            let digest = Digest::of(bytes);
            if check_pin(digest, entry.pin).is_ok() && !wanted.iter().any(|(_, other)| *other == digest) {
                wanted.push((bytes, digest));
            }
        }
        self.compiler.compile_ahead(&wanted);
    }

    fn say_loaded(&self, number: u64, plugins: &[Arc<Plugin>], began: Instant) {
        let millis = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let Tally { cached, compiled } = self.compiler.tally();
        let pooled = plugins.iter().filter(|plugin| plugin.is_pooled()).count();
        tracing::info!(
            generation = number,
            plugins = plugins.len(),
            pooled,
            cached,
            compiled,
            millis,
            "plugins loaded"
        );
    }

    /// Compiled code is kept for this attempt and for what serves: refused attempts must not pile up.
    fn forget_others(&self, plugins: &[Arc<Plugin>], taps: &[Arc<Tap>], previous: Option<&Generation>) {
        let (serving, asked) = previous.map(|previous| (&*previous.plugins, &*previous.taps)).unwrap_or_default();
        let plugins = plugins.iter().chain(serving).map(|plugin| plugin.digest());
        let candidates = taps.iter().chain(asked).map(|tap| tap.identity().candidate);
        let kept: Vec<Digest> = plugins.chain(candidates).collect();
        self.compiler.keep_only(&kept);
    }

    /// The candidates of the plugins that loaded; a candidate that does not load is a fault like any other.
    fn taps(
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
                Err(error) => push(draft.faults(), &entry.candidate(shadow), &error),
            }
        }
        taps
    }

    /// Those that load; the faults of the others are noted.
    fn plugins(&self, draft: &mut Draft, material: &Material) -> Vec<Arc<Plugin>> {
        let workers = draft.config().threads;
        let mut plugins = Vec::new();
        for entry in draft.config().plugins.clone() {
            match self.plugin(&entry, &material.components, workers) {
                Ok(plugin) => {
                    self.rehearse(draft, &entry, material);
                    plugins.push(Arc::new(plugin));
                }
                Err(error) => push(draft.faults(), &entry, &error),
            }
        }
        plugins
    }

    /// Notes whatever a component that loads must not do.
    fn rehearse(&self, draft: &mut Draft, entry: &crate::config::Plugin, material: &Material) {
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

    fn plugin(
        &self,
        entry: &crate::config::Plugin,
        components: &Components,
        workers: usize,
    ) -> Result<Plugin, PluginError> {
        Plugin::load((&self.compiler, &self.resources), entry, bytes(components, &entry.file)?, workers, &self.metrics)
    }
}

fn bytes<'c>(components: &'c Components, file: &Path) -> Result<&'c [u8], LoadError> {
    match components.get(file) {
        Some(Ok(bytes)) => Ok(bytes),
        Some(Err(LoadError::Read(why))) => Err(LoadError::Read(why.clone())),
        Some(Err(_)) | None => Err(LoadError::Read("it was not read".to_owned())),
    }
}

/// The operator's key, unless it is a fault.
fn debug_key(draft: &mut Draft) -> Option<OperatorKey> {
    let key = draft.config().debug_key.clone()?;
    let read = OperatorKey::read(&key.file);
    let noted = |why: &String| {
        let message = format!("`debug-key-file` holds no key: {why}");
        draft.faults().push(key.span, message, "a PEM file with one public key, Ed25519 or P-256");
    };
    read.inspect_err(noted).ok()
}
/// What to do about a cases.toml that cannot be read.
const UNREAD_CASES: &str = "check the path and its permissions";

/// Notes what a running process cannot change.
fn check_fixed(before: &Config, draft: &mut Draft) {
    let after = draft.config();
    let changed = [
        (before.listeners != after.listeners, "`listeners` cannot change while witgate runs"),
        (before.admin != after.admin, "`admin.address` cannot change while witgate runs"),
        (before.takeover_socket != after.takeover_socket, "`gateway.takeover-socket` cannot change while witgate runs"),
        (before.threads != after.threads, "`gateway.threads` cannot change while witgate runs"),
        (
            before.limits.connections != after.limits.connections,
            "`limits.connections` cannot change while witgate runs",
        ),
    ];
    for (_, message) in changed.iter().filter(|(changed, _)| *changed) {
        draft.faults().push_whole(*message, "restart witgate for this change, or put the old value back");
    }
}

fn chain(config: &Config, route: &crate::config::Route, plugins: &[Arc<Plugin>]) -> Chain {
    let policies: Vec<Arc<Plugin>> = route.policies.iter().map(|index| Arc::clone(&plugins[*index])).collect();
    let choices = route.choices.iter().map(|index| (config.upstreams[*index].name.clone(), *index)).collect();
    Chain::new(route.public, &policies, route.upstream, choices, &config.identity_prefix)
}

fn push(faults: &mut Faults, entry: &crate::config::Plugin, error: &PluginError) {
    let message = format!("plugin `{}`: {error}", entry.name);
    match error {
        PluginError::Load(LoadError::World { .. }) => faults.push(entry.spans.world, message, remedy(error)),
        PluginError::Load(LoadError::Pin { .. }) => faults.push(entry.spans.pin, message, remedy(error)),
        PluginError::Load(_) => faults.push(entry.spans.file, message, remedy(error)),
        PluginError::Grant(_) => faults.push(entry.spans.config, message, remedy(error)),
        PluginError::Start(StartError::Config(_)) => faults.push(entry.spans.config, message, remedy(error)),
        PluginError::Start(StartError::Fault(_)) => faults.push(entry.spans.name, message, remedy(error)),
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

fn remedy(error: &PluginError) -> &'static str {
    match error {
        PluginError::Load(error) => error.remedy(),
        PluginError::Grant(_) => "correct [secrets] or what it names, or the plugin's `grants`",
        PluginError::Start(StartError::Config(_)) => "the plugin's README lists its keys",
        PluginError::Start(StartError::Fault(Fault::Limit(exceeded))) => raise(exceeded.limit),
        PluginError::Start(StartError::Fault(_)) => "run the plugin's own tests; the log has what it said",
    }
}
