//! Recorded decisions, asked again: what a changed policy would have answered.
//!
//! Never asks anybody outside, and never guesses: where an answer hangs on something that was not recorded, it says so.

mod inputs;
mod alike;
mod example;
mod judged;
mod report;
mod chosen;
mod newcomer;
mod threads;
mod cases;
mod text;

pub use cases::{Expecting, cases_toml};
pub use chosen::{Choice, NoChoice};
pub use example::Example;
pub use newcomer::{Newcomer, NewcomerError};
pub use report::{Kind, Report, Unknown};
pub use text::text;
pub use threads::{ReplayError, replay};
