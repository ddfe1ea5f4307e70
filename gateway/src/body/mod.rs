//! Bodies, streamed both ways. Never buffers a whole body.

pub mod held;
pub mod inbound;
pub mod outbound;
