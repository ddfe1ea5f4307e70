//! What any resource server needs to check tokens: the issuers' keys, fetched and kept, and the axum side.
//!
//! Never judges a token itself: `witgate_token` has the rules. Never logs a token.
//!
//! # When keys are fetched
//! Nothing is fetched before the first token that needs a key. From then on a task on the given runtime fetches again
//! before the key set goes stale. One fetch per issuer runs at a time; a new one starts at the earliest 10 seconds
//! after the last one started (1 second while no key set was ever obtained), whether or not that one failed. A token that
//! the keys refuse asks for one in the background. A failed fetch evicts nothing. A key file is read when the keyring is made, then whenever its folder changes, and every 10
//! seconds in any case.

mod clock;
mod causes;
mod origin;
mod reach;
mod guard;
mod feed_timing;
mod bounded_file;
mod credentials;
mod config;
mod checks;
mod names;
mod guarded;
mod fetch;
mod place;
mod source;
mod watch;
mod schedule;
mod facts;
mod keys;
mod digest;
mod cached;
mod cache;
mod revocation;
mod token_text;
mod scrutiny;
mod introspection;
mod issuer;
mod keyring;
mod verifying;
mod report;
pub mod resource_server;

pub use bounded_file::{FileFault, MAX_SECRET_BYTES, PrivateFault, read_private};
pub use cache::{CacheReport, DEFAULT_CACHE_BYTES};
pub use config::{IssuerConfig, KeySetFault, KeySource, KeyringError, Timing};
pub use credentials::ClientCredentials;
pub use feed_timing::FeedTiming;
pub use guard::{AddressFault, Allowances};
pub use guarded::{guarded, refused_address};
pub use keyring::Keyring;
pub use names::Names;
pub use origin::{NoOrigin, Origin};
pub use report::IssuerReport;
pub use revocation::{FeedState, RevokeError};
pub use scrutiny::Scrutiny;
