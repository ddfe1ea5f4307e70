//! What `witgate plugin …` does for the author of a policy: one module for each command, and what they stand on.
//!
//! Never serves traffic, and never prints: the command line does.

pub mod host;
pub mod package;
pub mod build;
pub mod new;
pub mod test;
