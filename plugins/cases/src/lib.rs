//! The format of cases.toml: what a policy is asked, with what the host knows, and what it must answer.
//!
//! The gateway's `witgate plugin test` and its rehearsals read it, and so does the SDK's mock: one reading for all.
//! Never asks a policy anything, and never knows where an answer comes from.

mod chance;
mod failure;
mod fault;
mod moment;
mod texts;
mod headers;
mod token;
mod answer;
mod line;
mod expect;
mod case;
mod matrix;
mod inline;
mod write;
mod file;

pub use answer::{Answer, OutboundFailure, Replied};
pub use case::{Case, Request, Response};
pub use chance::Chance;
pub use expect::{Difference, Expect, faulted};
pub use failure::TokenFailure;
pub use fault::Fault;
pub use file::{File, MOST_CASES};
pub use headers::{HeaderOp, Headers};
pub use line::Line;
pub use moment::Moment;
pub use texts::Texts;
pub use token::{Signed, Token};
