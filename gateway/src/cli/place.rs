//! Where the gateway is that runs: one pair of arguments for every command that asks its admin listener.
//!
//! Never asks anything itself.

use clap::Args;

use super::Files;
use crate::operator::{AdminAddress, OperatorError};

/// See the module.
#[derive(Debug, Args)]
pub(super) struct Place {
    #[command(flatten)]
    files: Files,
    /// The admin address, instead of the configuration's
    #[arg(long, value_name = "HOST:PORT")]
    admin: Option<String>,
}

impl Place {
    /// Blocks: a name is looked up.
    ///
    /// # Errors
    /// When what is said, or the configuration, names none that can be asked.
    pub(super) fn address(&self) -> Result<AdminAddress, OperatorError> {
        address(self.admin.as_deref(), &self.files)
    }
}

/// The admin address that was named, else the configuration's. Blocks: a name is looked up.
///
/// # Errors
/// When neither can be asked.
pub(super) fn address(named: Option<&str>, files: &Files) -> Result<AdminAddress, OperatorError> {
    named.map_or_else(|| AdminAddress::of(&files.config), AdminAddress::named)
}
