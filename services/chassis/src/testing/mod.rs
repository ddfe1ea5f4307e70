//! What the tests of the services have in common: an issuer, the running binary, its answers, and what every service
//! on this chassis must do. Never part of a shipped binary: only dev-dependencies ask for the feature `testing`.
#![expect(clippy::unwrap_used, reason = "a panic is how a test fails, also in what tests have in common")]

pub mod issuer;

pub mod answer;

pub mod program;

pub mod running;

pub mod process;

pub mod access;

pub mod bodies;

pub use answer::Answer;
pub use issuer::Issuer;
pub use program::Program;
pub use running::Running;

/// Longest wait for anything that a process does.
pub const DEADLINE: std::time::Duration = std::time::Duration::from_secs(40);
