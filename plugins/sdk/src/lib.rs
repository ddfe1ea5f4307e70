//! What a Witgate plugin is written with: traits for the four roles, typed config, logging, one export macro, and a mock
//! of the gateway so that a policy's logic runs under plain `cargo test`.
//!
//! In a component (`wasm32-wasip2`) every function asks the gateway; on native the same function reads the [`mock`].
//! A policy decides from its request and its config, and from what its entry in gateway.toml grants: a [`store`],
//! [`outbound`] HTTP, the [`clock`], [`random`] numbers and variables of the [`environment`]. Never from more: the gateway
//! links no other WASI but the few calls that start-up makes; any other traps.
//!
//! ```
//! use witgate_plugin::{Authorizer, Decision, Plugin, Refusal, claims};
//!
//! #[derive(serde::Deserialize)]
//! #[serde(deny_unknown_fields, rename_all = "kebab-case")]
//! pub struct Config {
//!     role: String,
//! }
//!
//! pub struct RoleGate {
//!     role: String,
//! }
//!
//! impl Plugin for RoleGate {
//!     type Config = Config;
//!     witgate_plugin::metadata!();
//!
//!     fn configure(config: Config) -> Result<Self, String> {
//!         if config.role.is_empty() { Err("role: must not be empty".into()) } else { Ok(Self { role: config.role }) }
//!     }
//! }
//!
//! impl Authorizer for RoleGate {
//!     fn authorize(&self) -> Decision {
//!         let roles: Vec<String> = claims::get("roles").unwrap_or_default();
//!         if roles.contains(&self.role) {
//!             return Decision::Allow;
//!         }
//!         witgate_plugin::info!("role is missing", role = self.role);
//!         Decision::Deny(Refusal::forbidden("role_missing", "You may not do this."))
//!     }
//! }
//!
//! witgate_plugin::export!(authorizer: RoleGate);
//!
//! // In a test, the mock stands in for the gateway.
//! use witgate_plugin::mock;
//! let gate: RoleGate = mock::configure(r#"{"role": "staff"}"#).unwrap();
//! let request = mock::request("GET", "/orders/1").claim("roles", ["staff"]);
//! assert_eq!(request.run(|| gate.authorize()), Decision::Allow);
//! ```

mod types;
mod head;
mod answers;
mod granted;
pub mod contract;
pub mod path;
pub mod guard;
pub mod ruling;
pub mod named;
mod config;
mod plugin;
#[cfg(feature = "schema")]
pub mod schema;
#[cfg(target_family = "wasm")]
mod component;
#[cfg(not(target_family = "wasm"))]
pub mod mock;
mod host;
pub mod request;
pub mod reach;
pub mod claims;
pub mod jwt;
pub mod log;
pub mod store;
pub mod outbound;
pub mod bearer;
pub mod clock;
pub mod random;
pub mod environment;
#[cfg(all(feature = "proptest", not(target_family = "wasm")))]
pub mod strategies;
#[doc(hidden)]
pub mod instance;
#[cfg(target_family = "wasm")]
#[doc(hidden)]
pub mod roles;
#[doc(hidden)]
pub mod export;

#[cfg(feature = "schema")]
pub use schemars;
pub use {serde, serde_json};

pub use plugin::{Authenticator, Authorizer, Filter, Plugin, Router};
pub use types::{
    Action, ClaimValue, Decision, Demands, Failure, HeaderOp, JoseHeader, Level, Outcome, Refusal, Selection, Target,
};
