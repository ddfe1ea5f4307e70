//! Sockets, worker threads and connections.
//!
//! Never looks into a request: the pipeline does.

pub mod bind;
mod head_deadline;
mod connection;
pub mod worker;
