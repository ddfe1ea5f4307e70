//! Why a policy cannot be built, in words that say what to do.
//!
//! Never hides what the tool itself said.

use std::path::PathBuf;

use thiserror::Error;

use crate::config::World;
use crate::policy::component::LoadError;

/// Why there is no component, or none that a gateway would take.
#[derive(Debug, Error)]
pub enum BuildFault {
    /// a tool that is not installed
    #[error("{tool} is not installed; {remedy}")]
    NoTool {
        /// the tool
        tool: &'static str,
        /// the line that brings it
        remedy: String,
    },
    /// a tool that cannot be started
    #[error("{tool} does not start: {why}")]
    Start {
        /// the tool
        tool: &'static str,
        /// the system's word
        why: String,
    },
    /// a tool that failed; `said` is empty where its words went to the terminal
    #[error("{tool} failed{}{said}", if said.is_empty() { "; its words are above" } else { ":\n" })]
    Failed {
        /// the tool
        tool: &'static str,
        /// its words
        said: String,
    },
    /// the tool was content, and left nothing
    #[error("{tool} left no component: {why}")]
    Nothing {
        /// the tool
        tool: &'static str,
        /// what was looked for
        why: String,
    },
    /// a component that no gateway takes
    #[error("{}: {error}; {}", .component.display(), .error.remedy())]
    Unsound {
        /// the file
        component: PathBuf,
        /// the host's word
        error: LoadError,
    },
    /// no role, or several
    #[error("{}: a policy has one role, this one has {}; export it with the export! macro of the SDK", .component.display(), words(roles))]
    Roles {
        /// the file
        component: PathBuf,
        /// what it exports
        roles: Vec<World>,
    },
}

fn words(roles: &[World]) -> String {
    match roles {
        [] => "none".to_owned(),
        roles => roles.iter().map(|world| world.word()).collect::<Vec<_>>().join(" and "),
    }
}
