//! What the programs share to read a configuration file: every fault of it at once, each with its line, a caret and a
//! hint. Never knows a key of any program, and never gives a value a meaning.

pub mod fault;
pub mod show;
pub mod suggest;
pub mod document;
pub mod outline;
pub mod reader;
