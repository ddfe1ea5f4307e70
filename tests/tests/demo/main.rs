//! The commands of xtask and the files they use, as a newcomer meets them. Never in the state folder of a person's own
//! demo; the benchmark has a folder of its own.

mod configs;
mod lines;
mod run;
mod bench;
