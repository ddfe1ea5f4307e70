//! Bodies, streamed. Never buffers a whole body.

pub mod held;
pub mod inbound;
