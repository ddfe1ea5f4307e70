//! Builds generations: the file, then what it names, then the whole.
//!
//! Never lets a part of a refused attempt live on: its compiled code is forgotten, too.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Instant;

use jiff::Timestamp;
use tokio::runtime::Handle;

use super::{Components, Generation, Material, fixed};
use crate::config::{self, Config, Draft, Faults, RecordTo};
use crate::explain::operator_key::OperatorKey;
use crate::issuers;
use crate::observe::metrics::Metrics;
use crate::observe::route_meter::RouteMeter;
use crate::policy::chain::Chain;
use crate::policy::component::{Compiler, Digest, check_pin};
use crate::policy::grants::Resources;
use crate::policy::loading::{Compiling, Tally};
use crate::policy::plugin::Plugin;
use crate::policy::shadow::{Runner, Tap};
use crate::policy::tape::Tape;
use crate::recording::Recorder;
use crate::rehearsal::Rehearsal;
use crate::routing::RouteTable;

/// The number of a generation that never serves.
const DRY_RUN: u64 = 0;

/// Builds generations.
pub struct Builder {
    pub(super) compiler: Compiler,
    pub(super) resources: Resources,
    pub(super) rehearsal: Rehearsal,
    runtime: Handle,
    pub(super) metrics: Arc<Metrics>,
    pub(super) shadows: Runner,
    recorder: Recorder,
    /// what the command line says of recording
    record_to: Option<RecordTo>,
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
            recorder: Recorder::new(&metrics),
            record_to: None,
            runtime,
            metrics,
        })
    }

    /// With what the command line says of recording; it counts for every generation.
    #[must_use]
    pub fn recording_to(mut self, record_to: Option<RecordTo>) -> Self {
        self.record_to = record_to;
        self
    }

    /// Writes what was recorded and waits, and records nothing more.
    pub fn stop_recording(&self) {
        self.recorder.stop();
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
            fixed::check(&previous.config, &mut draft);
        }
        let began = Instant::now();
        self.compile_ahead(&mut draft, &material.components);
        let plugins = self.plugins(&mut draft, material);
        let taps = self.taps(&mut draft, &material.components, &plugins, previous);
        let debug_key = debug_key(&mut draft);
        let tape = self.tape(number, &mut draft);
        self.forget_others(&plugins, &taps, previous);
        self.say_loaded(number, &plugins, began);
        let known = previous.map(|previous| &previous.keyring);
        let Some(keyring) = issuers::keyring(&mut draft, &self.runtime, known) else { return Err(draft.refuse()) };
        let config = draft.finish()?;
        let table = RouteTable::build(&config);
        let chains = config.routes.iter().map(|route| chain(&config, route, &plugins));
        let chains = chains.map(|chain| chain.with_taps(&taps).with_tape(tape.as_ref())).collect();
        let meters = config.routes.iter().map(|route| Arc::new(RouteMeter::new(&route.name))).collect();
        Ok(Generation {
            number,
            loaded_at: Timestamp::now(),
            config,
            table,
            chains,
            meters,
            plugins,
            taps,
            keyring,
            debug_key,
            in_flight: AtomicUsize::new(0),
        })
    }

    /// The recording of the generation, if it has one. A dry run records nothing, but sees that it could.
    fn tape(&self, number: u64, draft: &mut Draft) -> Option<Arc<Tape>> {
        let written = draft.config().recording.clone();
        let recording = match &self.record_to {
            Some(record_to) => record_to.over(written),
            None => written?,
        };
        let rolls_back = draft.was_in_force();
        let mut noted = |message: String, remedy: &'static str| match recording.span {
            Some(span) => draft.faults().push(span, message, remedy),
            None => draft.faults().push_whole(message, remedy),
        };
        if let Err(fault) = Recorder::check(&recording) {
            // A rollback is urgent, and recording is not.
            if rolls_back {
                tracing::warn!(%fault, "nothing is recorded");
                return None;
            }
            noted(format!("nothing can be recorded: {fault}"), fault.remedy());
            return None;
        }
        if number == DRY_RUN {
            return None;
        }
        let tape = self.recorder.tape(number, draft.config(), &recording);
        tape.inspect_err(|error| tracing::error!(%error, "nothing is recorded")).ok()
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
}

/// The operator's key, unless it is a fault. A rollback does without: it is urgent, and tracing is not.
fn debug_key(draft: &mut Draft) -> Option<OperatorKey> {
    let key = draft.config().debug_key.clone()?;
    let read = OperatorKey::read(&key.file);
    if draft.was_in_force() {
        let warn = |why: &String| tracing::warn!(%why, "`debug-key-file` holds no key, nobody may trace");
        return read.inspect_err(warn).ok();
    }
    let noted = |why: &String| {
        let message = format!("`debug-key-file` holds no key: {why}");
        draft.faults().push(key.span, message, "a PEM file with one public key, Ed25519 or P-256");
    };
    read.inspect_err(noted).ok()
}

fn chain(config: &Config, route: &config::Route, plugins: &[Arc<Plugin>]) -> Chain {
    let policies: Vec<Arc<Plugin>> = route.policies.iter().map(|index| Arc::clone(&plugins[*index])).collect();
    let choices = route.choices.iter().map(|index| (config.upstreams[*index].name.to_string(), *index)).collect();
    Chain::new(route.public, &policies, route.upstream, choices, &config.identity_prefix)
}
