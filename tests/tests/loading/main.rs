//! How components are loaded: out of the cache, within limits, and only the bytes that were pinned. Never a stack: a
//! gateway, one plugin, and an upstream that answers.

mod gateway;
mod bomb;
mod cache;
mod pin;
mod bombs;
mod distrust;
