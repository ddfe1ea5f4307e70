//! Reload as a transaction: everything that changed becomes one numbered generation, or nothing does.
//!
//! Never runs on a worker thread, and never touches the generation that serves before the next one is complete.

pub mod ledger;
mod quiet;
mod stamps;
pub mod snapshot;
pub mod capabilities;
mod kept;
mod seen;
pub mod reloader;
pub mod orders;
mod relevance;
pub mod watch;
