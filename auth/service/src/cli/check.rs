//! `witgate-auth check`: every fault of the configuration, or none. Never opens the database, and never reads the
//! environment.

use super::ConfigArg;
use super::failure::Failure;
use super::output::say;
use crate::config::Config;

/// Says that the file is good, or all that is wrong with it.
pub(super) fn check(args: &ConfigArg) -> Result<(), Failure> {
    Config::load(&args.config)?;
    say(&format!("{}: no faults", args.config.display()))
}
