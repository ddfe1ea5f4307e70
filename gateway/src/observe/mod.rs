//! What operators see: request ids, the access log, metrics and the log's format.
//!
//! Never decides anything, and never sees a token or a body.

pub mod aftermath;
pub mod access;
pub mod issuers;
pub mod logging;
pub mod policies;
pub mod rate;
pub mod route_meter;
pub mod metrics;
pub mod request_id;
