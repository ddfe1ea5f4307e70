//! The gateway as a library: the rooms in the order in which they may use each other.
//!
//! Never lets a module use one that stands below it here.

pub mod unix_time;
pub mod refusal;
pub mod peer;
pub mod observe;
pub mod admission;
pub mod config;
pub mod routing;
pub mod body;
pub mod alarms;
pub mod policy;
pub mod explain;
pub mod upstream;
pub mod issuers;
pub mod stage;
pub mod rehearsal;
pub mod recording;
pub mod generation;
pub mod overview;
pub mod lease;
pub mod generation_shown;
pub mod reply;
pub mod pipeline;
pub mod offline;
pub mod listener;
pub mod takeover;
pub mod reload;
pub mod admin;
pub mod server;
pub mod operator;
pub mod workbench;
pub mod replay;
pub mod cli;
