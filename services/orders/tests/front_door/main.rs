//! The real binary on a free port, with a real database and real tokens, asked through HTTP. Inventory is a stub
//! that can fail in every way; the pair of real services is tested in the end-to-end room.
//! Never reaches into the library: what a client cannot see is tested next to the code.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking; clippy takes only #[test] functions for tests")]

mod inventory_stub;

mod server;

mod access;

mod bodies;

mod failures;

mod interrupted;

mod placing;

mod process;

mod reading;
