//! Policies in JavaScript and Python, built by the documented commands, in the real gateway beside those in Rust. Never with other
//! limits than docs/plugins.md tells authors to set.

mod gateway;
mod decisions;
mod configs;
mod faults;
mod worlds;
mod kits;
