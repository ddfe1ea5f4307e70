//! Mutated tokens, judged by us, by npm `jose` and by PyJWT: what both of them refuse, we never accept, and where we
//! refuse what one of them accepts, `explained.rs` says why. Never a judgement of which one is right beyond that table.
//!
//! `tests/oracles/README.md` has the command of the long run.

mod random;
mod keys;
mod draft;
mod header_edits;
mod claim_edits;
mod text_edits;
mod part_edits;
mod signing;
mod mutant;
mod explained;
mod tally;
mod run;
