//! Forged and odd tokens at the gateway's front door. Never past a mock: the programs, the policy and the keys are real,
//! and each token differs from a good one in one thing.

mod door;
mod case;
mod ask;
mod evidence;
mod attacks;
mod table;
mod odd;
mod edges;
mod dark;
