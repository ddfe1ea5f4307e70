//! The policy host: WebAssembly components that authenticate, authorize, route and filter a request.
//!
//! A guest's value is an allegation: every decision is checked here before it counts. Never gives a guest a key, a
//! socket, a file or a clock, and never lets a fault become an allow.

pub mod bindings;
pub mod fault;
pub(crate) mod base64url;
pub mod rehearsed;
pub mod tokens;
pub mod exchange;
mod host;
mod wasi;
mod guest;
pub mod engine;
pub mod component;
pub mod instance;
pub mod plugin;
pub mod evidence;
mod verdict;
mod header_ops;
pub mod answer;
pub mod chain;
