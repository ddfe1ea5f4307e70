//! `witgate-auth check`: every fault of the configuration, or none. Never opens the database, and never reads the
//! environment.

use std::io::Write;

use super::ConfigArg;
use super::failure::Failure;
use crate::config::Config;

/// Says that the file is good, or all that is wrong with it.
pub(super) fn check(args: &ConfigArg) -> Result<(), Failure> {
    Config::load(&args.config)?;
    writeln!(std::io::stdout(), "{}: no faults", args.config.display()).map_err(Failure::failed)
}
