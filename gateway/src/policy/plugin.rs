//! A plugin of one generation: its component, its configuration, its instances and its breaker.
//!
//! Never shares an instance between threads, and never reuses one after a fault or a call that was given up.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use wasmtime::Result;
use wasmtime::component::{ComponentNamedList, Lift, Lower};

use super::bindings::{Action, Decision, HeaderOp, Outcome, Selection};
use super::breaker::{Admission, Breaker};
use super::component::{Compiler, Digest, check_pin};
use super::decision::Call;
use super::exchange::Exchange;
use super::exports::{Pick, Role};
use super::fault::Fault;
use super::grants::Resources;
use super::hidden::Hidden;
use super::imports;
use super::instance::{Blueprint, Description, StartError};
pub use super::making::PluginError;
use super::making::{blueprint, staged, started};
use super::recall::{DecisionCache, Kept, Recalled};
use super::refill::Refill;
use super::stock::{Keeping, Stock};
use crate::config::{self, Isolation, OnFault, PluginLimits, World};
use crate::observe::metrics::Metrics;
use crate::observe::policies::PolicyCounters;
use crate::refusal::Refused;

/// A later start may use so many times the CPU time of the first, which was measured at load.
const START_SLACK: u32 = 4;
/// CPU time that a start in the way of a request may be allowed, with its slack: all routes of the worker wait for it.
const LONGEST_ON_A_WORKER: Duration = Duration::from_millis(40);
/// CPU time that every later start may use, however quick the first one was: it may find everything cold.
const LEAST_START_CPU: Duration = Duration::from_millis(20);

/// A loaded plugin.
pub struct Plugin {
    world: World,
    digest: Digest,
    description: Description,
    on_fault: OnFault,
    breaker: Breaker,
    stock: Arc<Stock>,
    cache: Option<DecisionCache>,
    counters: PolicyCounters,
    metrics: Arc<Metrics>,
}

impl Plugin {
    /// Links the component and starts one configured instance for each worker.
    ///
    /// # Errors
    /// When the component does not fit its entry, breaks while it is started, or refuses its configuration.
    pub fn load(
        (compiler, resources): (&Compiler, &Resources),
        entry: &config::Plugin,
        bytes: &[u8],
        workers: usize,
        metrics: &Arc<Metrics>,
    ) -> Result<Self, PluginError> {
        check_pin(Digest::of(bytes), entry.pin)?;
        let granted = resources.granted(entry)?;
        let blueprint = blueprint(compiler, (entry, granted, None), bytes, workers, metrics)?;
        Self::of(blueprint, Digest::of(bytes), entry, workers, (compiler.refill(), metrics))
    }

    /// For a stage: one instance that never sees this machine's clock, randomness or variables. `environment` is what
    /// the instance sees while it starts.
    ///
    /// # Errors
    /// As for [`Plugin::load`].
    pub(crate) fn stage(
        host: (&Compiler, &Resources),
        entry: &config::Plugin,
        bytes: &[u8],
        environment: Vec<(String, String)>,
    ) -> Result<Self, PluginError> {
        let blueprint = staged(host, entry, bytes, environment)?;
        Self::of(blueprint, Digest::of(bytes), entry, 1, (host.0.refill(), &Arc::default()))
    }

    /// The plugin of a blueprint.
    pub(super) fn of(
        blueprint: Blueprint,
        digest: Digest,
        entry: &config::Plugin,
        workers: usize,
        (refill, metrics): (&Refill, &Arc<Metrics>),
    ) -> Result<Self, PluginError> {
        let (warm, description, first_start) = started(&blueprint, workers)?;
        let start_cpu = (first_start * START_SLACK).max(LEAST_START_CPU).min(blueprint.limits.start_cpu);
        if entry.isolation == Isolation::Request && start_cpu > LONGEST_ON_A_WORKER {
            return Err(StartError::TooLongForEach(start_cpu / START_SLACK).into());
        }
        let counters = metrics.policies().of(&entry.name);
        let cache = match entry.limits.decision_cache_bytes {
            0 => None,
            bytes => Some(DecisionCache::new(bytes, workers, refill)?),
        };
        let keeping = Keeping {
            isolation: entry.isolation,
            first_start,
            start_cpu,
            counters: counters.clone(),
            refill: refill.clone(),
        };
        Ok(Self {
            world: entry.world,
            digest,
            description,
            on_fault: entry.on_fault,
            breaker: Breaker::new(&entry.breaker),
            stock: Stock::new(blueprint, warm, keeping),
            cache,
            counters,
            metrics: Arc::clone(metrics),
        })
    }

    /// The name in gateway.toml.
    pub fn name(&self) -> &str {
        &self.stock.blueprint().plugin
    }

    /// Its role.
    pub fn world(&self) -> World {
        self.world
    }

    /// The digest of its component.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// The interfaces of the contract that its component imports, such as `claims`.
    pub fn imports(&self) -> Vec<String> {
        let blueprint = self.stock.blueprint();
        imports::of_contract(blueprint.seat.engine(), blueprint.linked.pre().component())
    }

    /// What the component says of itself.
    pub fn description(&self) -> &Description {
        &self.description
    }

    /// Whether its instances lie in the pool.
    pub fn is_pooled(&self) -> bool {
        self.stock.blueprint().seat.is_pooled()
    }

    /// The text, with names in place of the secrets of its config.
    pub(crate) fn said<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.hidden().hide(text)
    }

    /// What must not be said of its config.
    pub(super) fn hidden(&self) -> &Hidden {
        &self.stock.blueprint().hidden
    }

    /// The same, for whoever outlives it.
    pub(super) fn hidden_shared(&self) -> Arc<Hidden> {
        Arc::clone(&self.stock.blueprint().hidden)
    }

    /// What its instances may use.
    pub(crate) fn limits(&self) -> &PluginLimits {
        &self.stock.blueprint().limits
    }

    pub(crate) async fn authenticate(&self, worker: usize, exchange: &mut Box<Exchange>) -> Result<Outcome, Fault> {
        self.run(worker, Call::Authenticate, exchange, Role::authenticate, ()).await
    }

    pub(crate) async fn authorize(&self, worker: usize, exchange: &mut Box<Exchange>) -> Result<Decision, Fault> {
        self.run(worker, Call::Authorize, exchange, Role::authorize, ()).await
    }

    pub(crate) async fn select(&self, worker: usize, exchange: &mut Box<Exchange>) -> Result<Selection, Fault> {
        self.run(worker, Call::Select, exchange, Role::select, ()).await
    }

    pub(crate) async fn on_request(&self, worker: usize, exchange: &mut Box<Exchange>) -> Result<Action, Fault> {
        self.run(worker, Call::OnRequest, exchange, Role::on_request, ()).await
    }

    pub(crate) async fn on_response(
        &self,
        worker: usize,
        exchange: &mut Box<Exchange>,
        status: u16,
    ) -> Result<Vec<HeaderOp>, Fault> {
        self.run(worker, Call::OnResponse(status), exchange, Role::on_response, (status,)).await
    }

    /// The refusal for a fault of this plugin that is noted already.
    pub(super) fn refuse(&self, fault: &Fault) -> Refused {
        fault.refuse(self.name())
    }

    /// The refusal for a fault that the host found in what the guest returned; it is noted here.
    pub(super) fn broke(&self, fault: Fault) -> Refused {
        self.refuse(&self.noted(fault))
    }

    /// Notes a fault.
    pub(super) fn noted(&self, fault: Fault) -> Fault {
        self.note(&fault);
        fault
    }

    /// Goes on without this plugin, where its entry says so.
    ///
    /// # Errors
    /// The fault's refusal, where it does not.
    pub(super) fn skip(&self, fault: &Fault) -> Result<(), Refused> {
        match self.on_fault {
            OnFault::Close => Err(self.refuse(fault)),
            OnFault::Skip => {
                self.counters.skipped();
                Ok(())
            }
        }
    }

    /// One call, if the breaker admits it, or the answer that is kept of one. An instance is leased for it and serves again only after a good one: a
    /// fault, or a caller that gave up, ends it.
    async fn run<P, R>(
        &self,
        worker: usize,
        call: Call,
        exchange: &mut Box<Exchange>,
        pick: Pick<P, R>,
        params: P,
    ) -> Result<R, Fault>
    where
        P: ComponentNamedList + Lower + Send + Sync + 'static,
        R: Kept,
        (R,): ComponentNamedList + Lift,
    {
        let trial = self.admitted().inspect_err(|fault| self.count(fault))?;
        self.counters.called();
        // Whether a plugin works again is told by itself.
        let Some(cache) = self.cache.as_ref().filter(|_| !trial) else {
            return self.asked(worker, exchange, pick, params, trial).await;
        };
        match cache.recall(worker, call, exchange) {
            Recalled::Answer(answer) => {
                self.counters.recalled();
                return Ok(answer);
            }
            Recalled::Unknown => exchange.notes.transcript = Some(Box::default()),
            Recalled::Resting => {}
        }
        let answer = self.asked(worker, exchange, pick, params, trial).await;
        let notes = std::mem::take(&mut exchange.notes);
        if let (Some(noted), Ok(answer)) = (notes.transcript, &answer) {
            cache.learn(worker, call, &noted, answer);
        }
        answer
    }

    async fn asked<P, R>(
        &self,
        worker: usize,
        exchange: &mut Box<Exchange>,
        pick: Pick<P, R>,
        params: P,
        trial: bool,
    ) -> Result<R, Fault>
    where
        P: ComponentNamedList + Lower + Send + Sync + 'static,
        R: Send + Sync + 'static,
        (R,): ComponentNamedList + Lift,
    {
        let leased = async {
            let mut lease = self.stock.take(worker).await?;
            let answer = lease.call(exchange, pick, params).await?;
            lease.went_well();
            Ok(answer)
        };
        match leased.await {
            Ok(answer) => {
                if trial {
                    self.recovered();
                }
                Ok(answer)
            }
            Err(fault) => Err(self.noted(fault)),
        }
    }

    /// Whether a call may be made; true when it is a trial.
    fn admitted(&self) -> Result<bool, Fault> {
        match self.breaker.admit() {
            Admission::Free => Ok(false),
            Admission::Trial => Ok(true),
            Admission::Shut(left) => {
                Err(Fault::Unavailable { why: "broke too often and is not asked for now", retry_after: seconds(left) })
            }
        }
    }

    fn recovered(&self) {
        self.breaker.trial_went_well();
        self.counters.breaker(false);
        tracing::info!(target: "policy", plugin = %self.name(), "policy is asked again: a trial went well");
    }

    /// Counts and logs a fault, and tells the breaker. That no instance was free says nothing about the plugin.
    fn note(&self, fault: &Fault) {
        self.count(fault);
        tracing::error!(target: "policy", plugin = %self.name(), kind = fault.kind(), "policy {fault}");
        if !matches!(fault, Fault::Unavailable { .. }) && self.breaker.fault() {
            self.counters.breaker(true);
            tracing::error!(target: "policy", plugin = %self.name(), "policy broke too often: it is not asked for now");
        }
    }

    fn count(&self, fault: &Fault) {
        self.metrics.fault(self.name(), fault.kind());
    }
}

/// In whole seconds, at least one.
fn seconds(time: Duration) -> u32 {
    u32::try_from(time.as_millis().div_ceil(1000)).unwrap_or(u32::MAX).max(1)
}
