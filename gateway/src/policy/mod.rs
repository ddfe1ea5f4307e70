//! The policy host: WebAssembly components that authenticate, authorize, route and filter a request.
//!
//! A guest's value is an allegation: every decision is checked here before it counts. Never gives a guest a key, a
//! socket, a file or a clock, and never lets a fault become an allow.

pub mod bindings;
mod hidden;
pub mod limits;
pub mod fault;
pub(crate) mod base64url;
pub mod rehearsed;
pub mod tokens;
pub mod secrecy;
pub mod decision;
pub mod trace;
pub(crate) mod query;
mod transcript;
mod bearer;
pub mod exchange;
mod refill;
mod recall;
mod ticker;
mod allocation;
pub mod engine;
mod clock;
mod log_rate;
mod guest;
pub mod reading;
mod host;
pub mod grants;
mod wasi;
pub mod loading;
mod imports;
pub mod component;
pub mod outline;
mod exports;
mod recycling;
pub mod instance;
mod stock;
mod breaker;
mod making;
pub mod plugin;
pub mod specimen;
pub mod evidence;
mod verdict;
mod returned;
mod header_ops;
mod contract;
pub mod answer;
pub mod withheld;
mod facts;
pub mod shadow;
pub mod tape;
mod watch;
pub(crate) mod asked;
pub mod chain;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod harm;
