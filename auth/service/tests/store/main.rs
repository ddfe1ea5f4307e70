//! The store's behaviour: one suite, run on SQLite and on a real PostgreSQL; then what only several nodes show. Never
//! reaches behind the verbs, except to make time pass or to show that the database itself refuses.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on fails; clippy sees #[test] functions only, not what they call"
)]

mod place;
mod people;
mod users;
mod sessions;
mod browsers;
mod consents;
mod rotation;
mod codes;
mod assertions;
mod feed;
mod crowding;
mod keys;
mod throttles;
mod upkeep;
mod backup;
mod audit;
mod schema;
mod two_nodes;
mod outage;
