//! One configured instance of a component, in a store of its own.
//!
//! Never used again after a call that did not return: the caller drops it.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use thiserror::Error;
use wasmtime::component::{ComponentNamedList, Lift, Lower, TypedFunc};
use wasmtime::{Result, Store};

use super::allocation::Seat;
use super::clock::{Allowance, Turns, thread_cpu_time};
use super::component::Linked;
use super::exchange::{CallCost, Exchange};
use super::exports::{Exports, Functions, Pick, Role};
use super::fault::Fault;
use super::guest::{self, GuestState};
use super::hidden::Hidden;
use super::limits::Limit;
use super::log_rate::LogRate;
use super::recycling::Service;
use super::rehearsed::Rehearsed;
use super::tokens::Tokens;
use crate::config::{PluginLimits, Recycle};

/// Time on the wall that a start may take that no worker waits for.
pub(super) const START_WALL: Duration = Duration::from_secs(60);

/// Why an instance could not be made.
#[derive(Debug, Error)]
pub enum StartError {
    /// it broke on the way
    #[error("the plugin {0}")]
    Fault(#[from] Fault),
    /// it refused its configuration, in its own words
    #[error("the plugin refuses its configuration: {0}")]
    Config(String),
    /// each request would wait for a start, and all others of the worker with it
    #[error("the plugin's start takes {} ms of CPU, too long for isolation = \"request\"; at most 10 are allowed", .0.as_millis())]
    TooLongForEach(Duration),
}

/// What `describe` says of a component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// the component's own name
    pub name: String,
    /// its version
    pub version: String,
    /// one sentence about it
    pub description: String,
    /// a JSON Schema of its config, unread
    pub config_schema: Option<String>,
}

/// How the host calls a guest. In wasmtime this belongs to the call, not to the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Calling {
    /// on the worker's own stack: no host function of this plugin waits
    Sync,
    /// on a fiber, which is left while a host function waits
    Waiting,
}

/// What every instance of a plugin is made from.
pub(super) struct Blueprint {
    pub(super) plugin: String,
    /// where its instances lie
    pub(super) seat: Seat,
    pub(super) linked: Linked,
    pub(super) exports: Exports,
    /// with the values of the secrets that it names
    pub(super) config_json: Arc<str>,
    /// those values: nothing that the plugin says may hold one
    pub(super) hidden: Arc<Hidden>,
    pub(super) limits: PluginLimits,
    pub(super) log_rate: Arc<LogRate>,
    pub(super) recycle: Recycle,
    pub(super) calling: Calling,
    /// on a stage, what its instances know outside of a case: variables, and else nothing
    pub(super) staged: Option<Vec<(String, String)>>,
}

/// An instance that was configured and is ready for calls.
pub(super) struct Instance {
    store: Store<GuestState>,
    role: Role,
    limits: PluginLimits,
    turns: Option<Arc<Turns>>,
    service: Service,
}

impl Blueprint {
    /// The first instance, which is also asked what it is; otherwise as [`Blueprint::start`].
    ///
    /// # Errors
    /// When the component breaks on the way or refuses its configuration.
    pub(super) fn first(&self, cpu: Duration, wall: Duration) -> Result<(Instance, Description), StartError> {
        let mut said = None;
        let instance = self.make(cpu, wall, Some(&mut said))?;
        Ok((instance, said.expect("an instance that was made was asked")))
    }

    /// Instantiates and configures, within so much CPU time and time on the wall. Never waits: a host function that would
    /// is a fault here. Never describes: making the schema of a config may cost more than all the rest.
    ///
    /// # Errors
    /// When the component breaks on the way or refuses its configuration.
    pub(super) fn start(&self, cpu: Duration, wall: Duration) -> Result<Instance, StartError> {
        self.make(cpu, wall, None)
    }

    fn make(
        &self,
        cpu: Duration,
        wall: Duration,
        said: Option<&mut Option<Description>>,
    ) -> Result<Instance, StartError> {
        let (mut store, turns) = self.store(cpu, wall);
        let started = in_turns(turns.as_ref(), self.started(&mut store, said));
        guest::end_start(&mut store);
        let (functions, configured) = settled(&store, started)?;
        configured.map_err(|why| StartError::Config(self.hidden.hide(&why).into_owned()))?;
        let service = Service::begin(&self.recycle, store.data().memory_used(), self.limits.memory_bytes);
        Ok(Instance { store, role: functions.role, limits: self.limits, turns, service })
    }

    /// What the component says of itself, before it is configured, within the time of a start; and its memory then.
    ///
    /// # Errors
    /// When the component breaks on the way.
    pub(super) fn describe(&self) -> Result<(Description, usize), StartError> {
        let (mut store, turns) = self.store(self.limits.start_cpu, START_WALL);
        let described = in_turns(turns.as_ref(), self.described(&mut store));
        let description = settled(&store, described)?;
        Ok((description, store.data().memory_used()))
    }

    /// A store in which a start may use so much.
    fn store(&self, cpu: Duration, wall: Duration) -> (Store<GuestState>, Option<Arc<Turns>>) {
        let turns = (self.calling == Calling::Waiting).then(Arc::default);
        let mut state = GuestState::new(
            &self.plugin,
            self.limits,
            (turns.clone(), self.seat.call_mark()),
            Arc::clone(&self.log_rate),
        );
        state.hidden = Arc::clone(&self.hidden);
        if let Some(environment) = &self.staged {
            let idle = Rehearsed { environment: environment.clone(), ..Rehearsed::default() };
            state.exchange.tokens = Tokens::Rehearsed(Box::new(idle));
        }
        let mut store = guest::store(self.seat.engine(), state);
        guest::begin_call(&mut store, Allowance { limit: Limit::StartCpuMs, cpu, wall }, false);
        (store, turns)
    }

    async fn started(
        &self,
        store: &mut Store<GuestState>,
        said: Option<&mut Option<Description>>,
    ) -> Result<(Functions, Result<(), String>)> {
        let functions = self.instantiated(store).await?;
        if let Some(said) = said {
            *said = Some(self.said(&functions, store).await?);
        }
        let config = (Arc::clone(&self.config_json),);
        let (configured,) = called(self.calling, &functions.configure, store, config).await?;
        Ok((functions, configured))
    }

    async fn described(&self, store: &mut Store<GuestState>) -> Result<Description> {
        let functions = self.instantiated(store).await?;
        self.said(&functions, store).await
    }

    async fn instantiated(&self, store: &mut Store<GuestState>) -> Result<Functions> {
        let instance = match self.calling {
            Calling::Sync => self.linked.pre().instantiate(&mut *store)?,
            Calling::Waiting => self.linked.pre().instantiate_async(&mut *store).await?,
        };
        self.exports.functions(&instance, store)
    }

    async fn said(&self, functions: &Functions, store: &mut Store<GuestState>) -> Result<Description> {
        let (said,) = called(self.calling, &functions.describe, store, ()).await?;
        Ok(Description {
            name: said.name,
            version: said.version,
            description: said.description,
            config_schema: said.config_schema,
        })
    }
}

impl Instance {
    /// Moves the exchange in, calls, and moves it out again, whatever the call did. When the future is dropped before
    /// it is done, the exchange is lost with the request and the instance must be dropped too.
    ///
    /// # Errors
    /// When the call trapped or passed a limit: the instance must be dropped.
    pub(super) async fn call<P, R>(
        &mut self,
        exchange: &mut Box<Exchange>,
        pick: Pick<P, R>,
        params: P,
    ) -> Result<R, Fault>
    where
        P: ComponentNamedList + Lower + Send + Sync + 'static,
        R: Send + Sync + 'static,
        (R,): ComponentNamedList + Lift,
    {
        let Some(function) = pick(&self.role) else {
            return Err(Fault::Trap("called in a role it was not loaded for".to_owned()));
        };
        let allowance = Allowance { limit: Limit::CpuMs, cpu: self.limits.cpu, wall: self.limits.wall };
        guest::begin_call(&mut self.store, allowance, self.turns.is_some());
        let measured = exchange.cost.is_some().then(|| self.cpu_now());
        if self.store.data().hangs_on_start
            && let Some(transcript) = &mut exchange.notes.transcript
        {
            transcript.spoil();
        }
        std::mem::swap(&mut self.store.data_mut().exchange, exchange);
        let result = self.run(&function, params).await;
        guest::end_call(&mut self.store);
        std::mem::swap(&mut self.store.data_mut().exchange, exchange);
        if let Some(began) = measured {
            let cpu = self.cpu_now().saturating_sub(began);
            exchange.cost = Some(CallCost { cpu, memory_bytes: self.store.data().memory_used() });
        }
        result
    }

    /// Linear memory that it has now, in bytes.
    pub(super) fn memory_bytes(&self) -> usize {
        self.store.data().memory_used()
    }

    /// Counts a good call; true when the instance should be replaced.
    pub(super) fn has_served(&mut self, recycle: &Recycle) -> bool {
        self.service.served(recycle, self.store.data().memory_used())
    }

    /// There is no successor yet.
    pub(super) fn postpone_recycling(&mut self) {
        self.service.postpone();
    }

    async fn run<P, R>(&mut self, function: &TypedFunc<P, (R,)>, params: P) -> Result<R, Fault>
    where
        P: ComponentNamedList + Lower + Send + Sync + 'static,
        R: Send + Sync + 'static,
        (R,): ComponentNamedList + Lift,
    {
        let called = match &self.turns {
            None => function.call(&mut self.store, params),
            Some(turns) => {
                let call = turns.of(function.call_async(&mut self.store, params));
                match tokio::time::timeout(self.limits.wall, call).await {
                    Ok(called) => called,
                    Err(_) => return Err(self.store.data().too_slow()),
                }
            }
        };
        called.map(|(answer,)| answer).map_err(|error| self.store.data().fault(&error))
    }

    /// CPU time used so far, by this instance's turns or, where it never waits, by the thread.
    fn cpu_now(&self) -> Duration {
        self.turns.as_ref().map_or_else(thread_cpu_time, |turns| turns.ended())
    }
}

async fn called<P, R>(
    calling: Calling,
    function: &TypedFunc<P, R>,
    store: &mut Store<GuestState>,
    params: P,
) -> Result<R>
where
    P: ComponentNamedList + Lower + Send + Sync + 'static,
    R: ComponentNamedList + Lift + Send + Sync + 'static,
{
    match calling {
        Calling::Sync => function.call(store, params),
        Calling::Waiting => function.call_async(store, params).await,
    }
}

/// The outcome of a start, which waits for nothing.
fn in_turns<F: Future>(turns: Option<&Arc<Turns>>, start: F) -> Option<F::Output> {
    match turns {
        None => at_once(start),
        Some(turns) => at_once(turns.of(start)),
    }
}

fn settled<T>(store: &Store<GuestState>, outcome: Option<Result<T>>) -> Result<T, StartError> {
    match outcome {
        Some(Ok(started)) => Ok(started),
        Some(Err(error)) => Err(store.data().fault(&error).into()),
        None => Err(Fault::Trap("waited for something while it was started".to_owned()).into()),
    }
}

/// What a future has to say when it is asked once.
fn at_once<F: Future>(future: F) -> Option<F::Output> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}
