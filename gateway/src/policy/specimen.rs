//! A component by itself: what it says, what a start costs, and single calls of instances that a caller makes and ends.
//!
//! Never part of a generation: nothing here counts, breaks a circuit or serves a request.

use std::time::{Duration, Instant};

use super::clock::thread_cpu_time;
use super::component::Compiler;
use super::exchange::Exchange;
use super::exports::Role;
use super::fault::Fault;
use super::grants::Resources;
use super::instance::{Blueprint, Description, Instance, START_WALL, StartError};
use super::making::{self, PluginError};
use crate::config::{self, World};

/// See the module.
pub struct Specimen {
    blueprint: Blueprint,
    world: World,
}

/// One started instance.
pub struct Live {
    instance: Instance,
    world: World,
    /// what its start took
    pub start: Start,
}

/// What one start took.
#[derive(Debug, Clone, Copy)]
pub struct Start {
    /// the thread's CPU time
    pub cpu: Duration,
    /// time on the wall
    pub wall: Duration,
    /// linear memory afterwards, in bytes
    pub memory_bytes: usize,
}

impl Specimen {
    /// A component under an entry, with what a stage knows in place of this machine.
    ///
    /// # Errors
    /// When it does not fit its entry.
    pub fn of(
        host: (&Compiler, &Resources),
        entry: &config::Plugin,
        bytes: &[u8],
        environment: Vec<(String, String)>,
    ) -> Result<Self, PluginError> {
        Ok(Self { blueprint: making::staged(host, entry, bytes, environment)?, world: entry.world })
    }

    /// What it says of itself, whatever its configuration, and its linear memory then, in bytes.
    ///
    /// # Errors
    /// When it breaks on the way.
    pub fn describe(&self) -> Result<(Description, usize), StartError> {
        self.blueprint.describe()
    }

    /// Starts one instance under the entry's configuration and limits.
    ///
    /// # Errors
    /// When it breaks on the way, passes a limit or refuses its configuration.
    pub fn start(&self) -> Result<Live, StartError> {
        let (began, cpu) = (Instant::now(), thread_cpu_time());
        let instance = self.blueprint.start(self.blueprint.limits.start_cpu, START_WALL)?;
        let (wall, cpu) = (began.elapsed(), thread_cpu_time().saturating_sub(cpu));
        let start = Start { cpu, wall, memory_bytes: instance.memory_bytes() };
        Ok(Live { instance, world: self.world, start })
    }
}

impl Live {
    /// Calls it in its role once, a filter about the response where there is a status. The answer is not looked at.
    ///
    /// # Errors
    /// When the call broke: the instance is of no use any more.
    pub async fn call(&mut self, exchange: &mut Box<Exchange>, response: Option<u16>) -> Result<(), Fault> {
        let instance = &mut self.instance;
        match (self.world, response) {
            (World::Authenticator, _) => instance.call(exchange, Role::authenticate, ()).await.map(drop),
            (World::Authorizer, _) => instance.call(exchange, Role::authorize, ()).await.map(drop),
            (World::Router, _) => instance.call(exchange, Role::select, ()).await.map(drop),
            (World::Filter, None) => instance.call(exchange, Role::on_request, ()).await.map(drop),
            (World::Filter, Some(status)) => instance.call(exchange, Role::on_response, (status,)).await.map(drop),
        }
    }

    /// Linear memory that it has now, in bytes.
    pub fn memory_bytes(&self) -> usize {
        self.instance.memory_bytes()
    }
}
