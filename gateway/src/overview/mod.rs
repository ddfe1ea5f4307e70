//! What a configuration amounts to, for whoever wrote it: its routes as a table, and the way of one route in sentences.
//!
//! Never decides anything, and never shows a plugin's config.

pub(crate) mod columns;
pub mod routes;
pub mod way;
pub(crate) mod words;
