//! Bodies, streamed. Never buffers a whole body.

pub mod held;
pub mod progress;
pub mod inbound;
