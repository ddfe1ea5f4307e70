//! The commands of xtask and the files they use, as a newcomer meets them. Never in the state folder of a person's own
//! demo.

mod configs;
mod lines;
mod run;
mod bench;
