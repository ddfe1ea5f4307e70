//! Answers that are kept under exactly what the policy asked and was told, for requests about which it would be told the
//! same.
//!
//! Never keeps an answer that hangs on anything else: a call that read a clock, chance, a store or the network, that changed
//! a store, or that wrote a line, is made each time. Never keeps what was told, only a keyed hash of it and the names asked
//! for; and never a fault. A token is verified for each request, kept answer or not.

mod answering;
mod kept;
mod table;
mod worth;
mod memory;
mod cache;

pub(super) use answering::{answer, outcome};
pub(super) use cache::{DecisionCache, Recalled};
pub(super) use kept::Kept;
