//! The recording of sampled requests: every call of their policies, with what it read and what was answered.
//!
//! Never in a request's way: facts are copied into a bounded queue, whoever owns the queue's other end makes lines of
//! them, and what does not fit is dropped and counted.

mod origin;
mod line;
mod told;
mod job;
mod taken;

pub use job::Job;
pub use line::{Line, VERSION};
pub(super) use taken::Recorded;
pub use taken::{Queue, Tape};
