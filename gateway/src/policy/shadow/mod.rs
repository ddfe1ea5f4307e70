//! A candidate beside a live plugin: it answers the same questions, and nobody acts on its answers.
//!
//! Never in a request's way: facts of sampled requests are copied into a bounded queue, one thread asks the candidates,
//! and what does not fit is dropped and counted.

mod share;
mod case;
mod tally;
mod tap;
mod runner;

pub use runner::Runner;
pub use share::Share;
pub use tally::{Counts, Difference, Tally};
pub use tap::{Identity, Tap};
