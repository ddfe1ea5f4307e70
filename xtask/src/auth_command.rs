//! The auth service's own commands, which make the demo's users and clients. Never writes into its database itself.

use std::path::Path;
use std::process::Command;

use crate::failure::{Doing, Failure};

/// `witgate-auth NOUN VERB --config CONFIG`, such as `user list`.
pub fn command(auth: &Path, noun: &str, verb: &str, config: &Path) -> Command {
    let mut command = Command::new(auth);
    command.args([noun, verb, "--config"]).arg(config);
    command
}

/// Runs it to its end; what it printed.
pub fn output(purpose: &str, command: &mut Command) -> Result<String, Failure> {
    let output = command.output().doing(purpose)?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        return Err(Failure::new(format!("could not {purpose}: {}", errors.trim())));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
