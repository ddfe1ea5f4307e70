//! Recorded decisions: what is written, what is never written, and what a changed policy would have answered. Never a
//! test that asks a policy itself: the gateway and `witgate replay` do.

mod ground;
mod written;
mod replayed;
