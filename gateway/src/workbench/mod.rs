//! What `witgate plugin …` does for the author of a policy: one module for each command, and what they stand on.
//!
//! Never serves traffic, and never prints: the command line does.

pub mod style;
pub mod host;
pub mod package;
pub mod build;
pub mod subject;
pub mod settings;
pub mod cases;
pub mod config_schema;
pub mod inspect;
pub mod check;
pub mod run;
pub mod bench;
pub mod new;
pub mod test;
