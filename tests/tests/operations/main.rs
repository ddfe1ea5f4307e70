//! What an operator does to a gateway that runs: orders, changed files, a new process in its place. Never at the cost of a
//! request.

mod gate;
mod clients;
mod orders;
mod rehearsal;
mod soak;
mod takeover;
mod watching;
