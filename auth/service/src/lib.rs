//! Witgate's auth service: signs users in, issues and rotates tokens, publishes its keys. A library behind a thin main,
//! so that every room can be tested. Never verifies access tokens: that is the part of `witgate-token` and its users.
//!
//! A module uses those above it, never those below.

pub mod clock;
pub mod secret;
pub mod gate;
pub mod loopback;
pub mod account_name;
pub mod throttle;
pub mod totp;
pub mod recovery_code;
pub mod password;
pub mod vault;
pub mod opaque;
pub mod service_scope;
pub mod scope;
pub mod grant_type;
pub mod refresh_token;
pub mod signing;
pub mod client_assertion;
pub mod config;
pub mod store;
pub mod authorization;
pub mod key_ring;
pub mod key_keeper;
pub mod reseal;
pub mod key_list;
pub mod accounts;
pub mod audit_export;
pub mod own_tokens;
pub mod access_token;
pub mod id_token;
pub mod registration;
pub mod grants;
pub mod feed;
pub mod http;
pub mod cli;

#[cfg(test)]
mod documented_events;
