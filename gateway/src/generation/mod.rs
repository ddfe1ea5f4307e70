//! A generation: one configuration with its routes, policies and keys, built whole or not at all.
//!
//! Never changes once it serves; a reload makes another one. Requests in flight hold the one they started with.

mod material;
mod faults;
mod fixed;
mod builder;
mod plugins;

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use jiff::Timestamp;
use witgate_keyring::Keyring;

use crate::config::Config;
use crate::explain::operator_key::OperatorKey;
use crate::observe::route_meter::RouteMeter;
use crate::policy::chain::Chain;
use crate::policy::plugin::Plugin;
use crate::policy::shadow::Tap;
use crate::routing::RouteTable;

pub use builder::Builder;
pub use faults::remedy;
pub use material::{Cases, Components, Material};

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
    /// what counts the requests of each route, likewise
    pub meters: Vec<Arc<RouteMeter>>,
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
