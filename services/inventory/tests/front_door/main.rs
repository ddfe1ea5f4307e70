//! The real binary on a free port, with a real database and real tokens, asked through HTTP.
//! Never reaches into the library: what a client cannot see is tested next to the code.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking; clippy takes only #[test] functions for tests")]

mod server;

mod access;

mod bodies;

mod keys;

mod process;

mod revoked;

mod stock;
