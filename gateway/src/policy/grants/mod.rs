//! What plugins are granted beyond their worlds, made ready: values of the environment, stores, HTTP, secrets.
//!
//! Never gives a plugin what its entry in gateway.toml does not name, and never shows a secret's value.

mod part;
mod store;
mod stores;
mod shortened;
mod scripted;
mod outbound_request;
mod outbound;
mod clients;
mod secrets;
mod granted;
mod resources;

pub(super) use granted::Granted;
pub use resources::{GrantError, Resources};
pub(crate) use secrets::hash_secrets;
