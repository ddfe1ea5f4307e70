//! A plugin of one generation: its component, its configuration, and warm instances for each worker.
//!
//! Never shares an instance between threads, and never reuses one after a fault or a call that was given up.

use std::sync::{Arc, Mutex, PoisonError};

use thiserror::Error;
use wasmtime::Result;
use wasmtime::component::{ComponentNamedList, Lift, Lower, TypedFunc};

use super::bindings::{Action, Decision, HeaderOp, Outcome, Selection};
use super::component::{Compiler, Digest, LoadError};
use super::exchange::Exchange;
use super::exports::{Exports, Role};
use super::fault::Fault;
use super::instance::{Blueprint, Calling, Description, Instance, StartError};
use crate::config::{self, PluginLimits, World};
use crate::observe::metrics::Metrics;
use crate::refusal::Refused;

/// Why a plugin cannot enter a generation.
#[derive(Debug, Error)]
pub enum PluginError {
    /// the component itself
    #[error(transparent)]
    Load(#[from] LoadError),
    /// its first instances
    #[error(transparent)]
    Start(#[from] StartError),
}

/// A loaded plugin.
pub struct Plugin {
    world: World,
    digest: Digest,
    description: Description,
    blueprint: Blueprint,
    metrics: Arc<Metrics>,
    /// One place for each worker. The lock is held to take or to give, never for a call.
    warm: Vec<Mutex<Vec<Instance>>>,
}

impl Plugin {
    /// Links the component and starts one configured instance for each worker.
    pub fn load(
        compiler: &Compiler,
        entry: &config::Plugin,
        bytes: &[u8],
        workers: usize,
        metrics: &Arc<Metrics>,
    ) -> Result<Self, PluginError> {
        let digest = Digest::of(bytes);
        let linked = compiler.link(bytes, digest, entry.world)?;
        let exports = Exports::of(&linked).map_err(|error| LoadError::Link(format!("{error:#}")))?;
        let blueprint = Blueprint {
            plugin: entry.name.clone(),
            engine: compiler.engine().clone(),
            linked,
            exports,
            config_json: entry.config_json.as_str().into(),
            limits: entry.limits,
            calling: Calling::Sync,
        };
        let (first, description) = blueprint.start(entry.limits.start_cpu)?;
        let mut warm = vec![Mutex::new(vec![first])];
        for _ in 1..workers {
            warm.push(Mutex::new(vec![blueprint.start(entry.limits.start_cpu)?.0]));
        }
        Ok(Self { world: entry.world, digest, description, blueprint, metrics: Arc::clone(metrics), warm })
    }

    /// The name in gateway.toml.
    pub fn name(&self) -> &str {
        &self.blueprint.plugin
    }

    /// Its role.
    pub fn world(&self) -> World {
        self.world
    }

    /// The digest of its component.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// What the component says of itself.
    pub fn description(&self) -> &Description {
        &self.description
    }

    /// What its instances may use.
    pub(super) fn limits(&self) -> &PluginLimits {
        &self.blueprint.limits
    }

    pub(super) async fn authenticate(&self, worker: usize, exchange: &mut Box<Exchange>) -> Result<Outcome, Fault> {
        let head = (Arc::clone(&exchange.head),);
        self.run(worker, exchange, Role::authenticate, head).await
    }

    pub(super) async fn authorize(&self, worker: usize, exchange: &mut Box<Exchange>) -> Result<Decision, Fault> {
        let head = (Arc::clone(&exchange.head),);
        self.run(worker, exchange, Role::authorize, head).await
    }

    pub(super) async fn select(&self, worker: usize, exchange: &mut Box<Exchange>) -> Result<Selection, Fault> {
        let head = (Arc::clone(&exchange.head),);
        self.run(worker, exchange, Role::select, head).await
    }

    pub(super) async fn on_request(&self, worker: usize, exchange: &mut Box<Exchange>) -> Result<Action, Fault> {
        let head = (Arc::clone(&exchange.head),);
        self.run(worker, exchange, Role::on_request, head).await
    }

    pub(super) async fn on_response(
        &self,
        worker: usize,
        exchange: &mut Box<Exchange>,
        status: u16,
    ) -> Result<Vec<HeaderOp>, Fault> {
        let head = (Arc::clone(&exchange.head), status);
        self.run(worker, exchange, Role::on_response, head).await
    }

    /// The refusal for a fault of this plugin that is noted already.
    pub(super) fn refuse(&self, fault: &Fault) -> Refused {
        fault.refuse(self.name())
    }

    /// The refusal for a fault that the host found in what the guest returned; it is noted here.
    pub(super) fn broke(&self, fault: impl Into<Fault>) -> Refused {
        let fault = fault.into();
        self.note(&fault);
        self.refuse(&fault)
    }

    /// An instance is taken out for the call and put back only after a good one: a fault, or a caller that gave up,
    /// drops it, and the next call starts a fresh one.
    async fn run<P, R>(
        &self,
        worker: usize,
        exchange: &mut Box<Exchange>,
        pick: fn(&Role) -> Option<TypedFunc<P, (R,)>>,
        params: P,
    ) -> Result<R, Fault>
    where
        P: ComponentNamedList + Lower + Send + Sync + 'static,
        R: Send + Sync + 'static,
        (R,): ComponentNamedList + Lift,
    {
        let result = match self.take_or_start(worker) {
            Ok(mut instance) => {
                let answer = instance.call(exchange, pick, params).await;
                if answer.is_ok() {
                    self.place(worker).lock().unwrap_or_else(PoisonError::into_inner).push(instance);
                }
                answer
            }
            Err(fault) => Err(fault),
        };
        result.inspect_err(|fault| self.note(fault))
    }

    fn place(&self, worker: usize) -> &Mutex<Vec<Instance>> {
        &self.warm[worker % self.warm.len()]
    }

    fn take_or_start(&self, worker: usize) -> Result<Instance, Fault> {
        let warm = self.place(worker).lock().unwrap_or_else(PoisonError::into_inner).pop();
        match warm {
            Some(instance) => Ok(instance),
            None => self
                .blueprint
                .start(self.blueprint.limits.start_cpu)
                .map(|(instance, _)| instance)
                .map_err(|error| Fault::Start(error.to_string())),
        }
    }

    fn note(&self, fault: &Fault) {
        self.metrics.fault(self.name(), fault.kind());
        tracing::error!(target: "policy", plugin = %self.name(), kind = fault.kind(), "policy {fault}");
    }
}
