//! One configured instance of a component, in a store of its own.
//!
//! Never used again after a call that did not return: the caller drops it.

use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;
use wasmtime::{Engine, Result, Store};

use super::bindings::authenticator::AuthenticatorPlugin;
use super::bindings::authorizer::AuthorizerPlugin;
use super::bindings::filter::FilterPlugin;
use super::bindings::router::RouterPlugin;
use super::bindings::types::RequestHead;
use super::component::Linked;
use super::exchange::Exchange;
use super::fault::Fault;
use super::guest::{self, GuestState};
use crate::config::PluginLimits;

/// CPU time that instantiating, describing and configuring may take together. After a fault this is on a request's way.
const START_CPU: Duration = Duration::from_secs(1);

/// Why an instance could not be made.
#[derive(Debug, Error)]
pub enum StartError {
    /// it broke on the way
    #[error("the plugin {0}")]
    Fault(#[from] Fault),
    /// it refused its configuration, in its own words
    #[error("the plugin refuses its configuration: {0}")]
    Config(String),
}

/// The typed exports.
pub(super) enum Role {
    Authenticator(AuthenticatorPlugin),
    Authorizer(AuthorizerPlugin),
    Router(RouterPlugin),
    Filter(FilterPlugin),
}

/// What `describe` says of a component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// the component's own name
    pub name: String,
    /// its version
    pub version: String,
}

/// An instance that was configured and is ready for calls.
pub(super) struct Instance {
    store: Store<GuestState>,
    role: Role,
}

impl Instance {
    /// Instantiates, describes and configures.
    pub(super) fn start(
        engine: &Engine,
        linked: &Linked,
        plugin: &str,
        limits: &PluginLimits,
        config_json: &str,
    ) -> Result<(Self, Description), StartError> {
        let mut store = guest::store(engine, GuestState::new(plugin, limits.memory_bytes));
        guest::begin_call(&mut store, START_CPU);
        let role = match instantiate(linked, &mut store) {
            Ok(role) => role,
            Err(error) => return Err(store.data().fault(&error).into()),
        };
        let mut instance = Self { store, role };
        let description = instance.describe().map_err(|error| instance.store.data().fault(&error))?;
        let configured = instance.configure(config_json).map_err(|error| instance.store.data().fault(&error))?;
        configured.map_err(StartError::Config)?;
        Ok((instance, description))
    }

    /// Moves the exchange in, calls, and moves it out again, whatever the call did.
    pub(super) fn call<R>(
        &mut self,
        exchange: &mut Box<Exchange>,
        cpu_limit: Duration,
        role_call: impl FnOnce(&Role, &mut Store<GuestState>, &RequestHead) -> Result<R>,
    ) -> Result<R, Fault> {
        let head = Arc::clone(&exchange.head);
        guest::begin_call(&mut self.store, cpu_limit);
        std::mem::swap(&mut self.store.data_mut().exchange, exchange);
        let result = role_call(&self.role, &mut self.store, &head);
        std::mem::swap(&mut self.store.data_mut().exchange, exchange);
        result.map_err(|error| self.store.data().fault(&error))
    }

    fn describe(&mut self) -> Result<Description> {
        let store = &mut self.store;
        let (name, version) = match &self.role {
            Role::Authenticator(role) => {
                role.witgate_policy_lifecycle().call_describe(store).map(|said| (said.name, said.version))
            }
            Role::Authorizer(role) => {
                role.witgate_policy_lifecycle().call_describe(store).map(|said| (said.name, said.version))
            }
            Role::Router(role) => {
                role.witgate_policy_lifecycle().call_describe(store).map(|said| (said.name, said.version))
            }
            Role::Filter(role) => {
                role.witgate_policy_lifecycle().call_describe(store).map(|said| (said.name, said.version))
            }
        }?;
        Ok(Description { name, version })
    }

    fn configure(&mut self, json: &str) -> Result<Result<(), String>> {
        let store = &mut self.store;
        match &self.role {
            Role::Authenticator(role) => role.witgate_policy_lifecycle().call_configure(store, json),
            Role::Authorizer(role) => role.witgate_policy_lifecycle().call_configure(store, json),
            Role::Router(role) => role.witgate_policy_lifecycle().call_configure(store, json),
            Role::Filter(role) => role.witgate_policy_lifecycle().call_configure(store, json),
        }
    }
}

fn instantiate(linked: &Linked, store: &mut Store<GuestState>) -> Result<Role> {
    Ok(match linked {
        Linked::Authenticator(pre) => Role::Authenticator(pre.instantiate(store)?),
        Linked::Authorizer(pre) => Role::Authorizer(pre.instantiate(store)?),
        Linked::Router(pre) => Role::Router(pre.instantiate(store)?),
        Linked::Filter(pre) => Role::Filter(pre.instantiate(store)?),
    })
}
