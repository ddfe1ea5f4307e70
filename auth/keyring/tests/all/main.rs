//! The front doors of the crate: a keyring against real servers on loopback, and an axum service on a real socket.
//!
//! Never waits by sleeping: tests await the server's own events, with a deadline.

mod issuer;
mod fetching;
mod rotation;
mod renewal;
mod hostile;
mod files;
mod discovery;
mod networks;
mod secrets;
mod watching;
mod reports;
mod cache;
mod revocation;
mod cursor_feed;
mod following;
mod sensitive;
mod service;
