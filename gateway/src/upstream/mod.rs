//! The way to a service and back: connections kept by each worker, deadlines, and honest errors.
//!
//! Never sends a request that was not permitted: `send` takes the proof.

pub mod connector;
pub mod link;
pub mod outbound;
pub mod pool;
pub mod request;
pub mod response;
pub mod send;
