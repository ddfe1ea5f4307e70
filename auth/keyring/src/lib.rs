//! What any resource server needs to check tokens: the issuers' keys, fetched and kept, and the axum side.
//!
//! Never judges a token itself: `witgate_token` has the rules. Never logs a token.
//!
//! # When keys are fetched
//! Nothing is fetched before the first token that needs a key. From then on a task on the given runtime fetches again
//! before the key set goes stale. One fetch per issuer runs at a time; a new one starts at the earliest 10 seconds
//! after the last one started (1 second while no key set was ever obtained), whether or not that one failed. A failed
//! fetch evicts nothing. A key set file is read when the keyring is made, then again about every 10 seconds once a
//! token has asked for it, and at an unknown `kid` within the same cooldown.

mod config;
mod guard;
mod fetch;
mod source;
mod cache;
mod revocation;
mod issuer;
mod keyring;
mod verifying;
pub mod resource_server;

pub use cache::{CacheReport, DEFAULT_CACHE_BYTES};
pub use config::{FeedTiming, IssuerConfig, KeySetFault, KeySource, KeyringError, Timing};
pub use keyring::Keyring;
pub use revocation::{FeedState, RevocationReport, RevokeError};
