//! The one seam between the SDK and whoever answers: the gateway in a component, the mock on native.
//!
//! Never decides anything. Both sides have the same functions, so that a plugin compiles unchanged for either.
#[cfg(target_family = "wasm")]
pub use crate::component::granted::{send, store_delete, store_get, store_increment, store_set};
#[cfg(target_family = "wasm")]
pub use crate::component::imports::{
    attribute, authority, claim, has_scope, header, header_values, log, method, path, peek, peer_address, profile,
    query_param, route, unverified_issuer, verify,
};
#[cfg(target_family = "wasm")]
pub use crate::component::surroundings::{now, random_u64, variable};
#[cfg(not(target_family = "wasm"))]
pub use crate::mock::granted::{send, store_delete, store_get, store_increment, store_set};
#[cfg(not(target_family = "wasm"))]
pub use crate::mock::host::{
    attribute, authority, claim, has_scope, header, header_values, log, method, path, peek, peer_address, profile,
    query_param, route, unverified_issuer, verify,
};
#[cfg(not(target_family = "wasm"))]
pub use crate::mock::surroundings::{now, random_u64, variable};
