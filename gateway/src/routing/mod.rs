//! Chooses the route of a request: a table built once from a checked configuration.
//!
//! Never reads a file, never decides who may pass, and never depends on the order in which routes were written.

mod tree;
mod table;

pub use table::{Found, RouteTable, Weighed};

#[cfg(test)]
mod tests;
