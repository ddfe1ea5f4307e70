//! A plugin of one generation: its component, its configuration, and one warm instance for each worker.
//!
//! Never shares an instance between threads, and never reuses one after a fault.

use std::sync::{Arc, Mutex, PoisonError};

use thiserror::Error;
use wasmtime::{Engine, Result, Store};

use super::bindings::types::RequestHead;
use super::bindings::{Action, Decision, HeaderOp, Outcome, Selection};
use super::component::{Compiler, Digest, Linked, LoadError};
use super::exchange::Exchange;
use super::fault::Fault;
use super::guest::GuestState;
use super::instance::{Description, Instance, Role, StartError};
use crate::config::{self, PluginLimits, World};
use crate::observe::metrics::Metrics;

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
    name: String,
    world: World,
    digest: Digest,
    description: Description,
    engine: Engine,
    linked: Linked,
    config_json: String,
    limits: PluginLimits,
    metrics: Arc<Metrics>,
    /// One place for each worker. The lock is never waited for: only its worker takes it, for the length of a call.
    warm: Vec<Mutex<Option<Instance>>>,
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
        let engine = compiler.engine().clone();
        let start = || Instance::start(&engine, &linked, &entry.name, &entry.limits, &entry.config_json);
        let (first, description) = start()?;
        let mut warm = vec![Mutex::new(Some(first))];
        for _ in 1..workers {
            warm.push(Mutex::new(Some(start()?.0)));
        }
        Ok(Self {
            name: entry.name.clone(),
            world: entry.world,
            digest,
            description,
            engine,
            linked,
            config_json: entry.config_json.clone(),
            limits: entry.limits,
            metrics: Arc::clone(metrics),
            warm,
        })
    }

    /// The name in gateway.toml.
    pub fn name(&self) -> &str {
        &self.name
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

    pub(crate) fn authenticate(&self, worker: usize, exchange: &mut Box<Exchange>) -> Result<Outcome, Fault> {
        self.run(worker, exchange, |role, store, head| match role {
            Role::Authenticator(guest) => guest.witgate_policy_authenticator().call_authenticate(store, head),
            _ => Err(wrong_role()),
        })
    }

    pub(crate) fn authorize(&self, worker: usize, exchange: &mut Box<Exchange>) -> Result<Decision, Fault> {
        self.run(worker, exchange, |role, store, head| match role {
            Role::Authorizer(guest) => guest.witgate_policy_authorizer().call_authorize(store, head),
            _ => Err(wrong_role()),
        })
    }

    pub(crate) fn select(&self, worker: usize, exchange: &mut Box<Exchange>) -> Result<Selection, Fault> {
        self.run(worker, exchange, |role, store, head| match role {
            Role::Router(guest) => guest.witgate_policy_router().call_select(store, head),
            _ => Err(wrong_role()),
        })
    }

    pub(crate) fn on_request(&self, worker: usize, exchange: &mut Box<Exchange>) -> Result<Action, Fault> {
        self.run(worker, exchange, |role, store, head| match role {
            Role::Filter(guest) => guest.witgate_policy_filter().call_on_request(store, head),
            _ => Err(wrong_role()),
        })
    }

    pub(crate) fn on_response(
        &self,
        worker: usize,
        exchange: &mut Box<Exchange>,
        status: u16,
    ) -> Result<Vec<HeaderOp>, Fault> {
        self.run(worker, exchange, |role, store, head| match role {
            Role::Filter(guest) => guest.witgate_policy_filter().call_on_response(store, head, status),
            _ => Err(wrong_role()),
        })
    }

    /// Notes a fault that the host found in what the guest returned.
    pub(super) fn contract_broken(&self, how: impl Into<String>) -> Fault {
        let fault = Fault::Contract(how.into());
        self.note(&fault);
        fault
    }

    /// An instance is taken out for the call and put back only after a good one: a fault drops it, and the next call
    /// starts a fresh one.
    fn run<R>(
        &self,
        worker: usize,
        exchange: &mut Box<Exchange>,
        role_call: impl FnOnce(&Role, &mut Store<GuestState>, &RequestHead) -> Result<R>,
    ) -> Result<R, Fault> {
        let place = &self.warm[worker % self.warm.len()];
        let mut place = place.lock().unwrap_or_else(PoisonError::into_inner);
        let result = self.take_or_start(place.take()).and_then(|mut instance| {
            let answer = instance.call(exchange, self.limits.cpu, role_call)?;
            *place = Some(instance);
            Ok(answer)
        });
        drop(place);
        result.inspect_err(|fault| self.note(fault))
    }

    fn take_or_start(&self, warm: Option<Instance>) -> Result<Instance, Fault> {
        match warm {
            Some(instance) => Ok(instance),
            None => Instance::start(&self.engine, &self.linked, &self.name, &self.limits, &self.config_json)
                .map(|(instance, _)| instance)
                .map_err(|error| Fault::Start(error.to_string())),
        }
    }

    fn note(&self, fault: &Fault) {
        self.metrics.fault(&self.name, fault.kind());
        tracing::error!(target: "policy", plugin = %self.name, kind = fault.kind(), "policy {fault}");
    }
}

fn wrong_role() -> wasmtime::Error {
    wasmtime::Error::msg("called in a role it was not loaded for")
}
