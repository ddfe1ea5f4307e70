//! Sockets, worker threads and connections.
//!
//! Never looks into a request: the pipeline does.

pub mod bind;
mod deadlines;
mod lingering;
mod connection;
pub mod worker;
