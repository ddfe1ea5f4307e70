//! The way to a service and back: one pool of connections for each worker, deadlines, and honest errors.
//!
//! Never sends a request that was not permitted: `send` takes the proof.

pub mod connector;
pub mod pool;
pub mod request;
pub mod response;
pub mod send;
