//! How a command fails: a message for the person and an exit code for the script. Never prints a secret: the errors it
//! takes hold none.

use std::fmt::Display;
use std::process::ExitCode;

use crate::config::{ConfigError, UnknownRole};
use crate::store::StoreError;

/// Exit code of a command that was understood but could not be done.
const FAILED: u8 = 1;
/// Exit code of wrong use: arguments, configuration, an address that cannot be bound.
const WRONG_USE: u8 = 2;

/// The message and the exit code.
#[derive(Debug)]
pub(super) struct Failure {
    message: String,
    code: u8,
}

impl Failure {
    /// It was understood, but could not be done.
    pub(super) fn failed(message: impl Display) -> Failure {
        Failure { message: message.to_string(), code: FAILED }
    }

    /// It was asked for in a wrong way.
    pub(super) fn wrong_use(message: impl Display) -> Failure {
        Failure { message: message.to_string(), code: WRONG_USE }
    }

    /// Prints the message to stderr and gives the exit code.
    pub(super) fn report(&self) -> ExitCode {
        eprintln!("witgate-auth: {}", self.message);
        ExitCode::from(self.code)
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Failure::wrong_use(error)
    }
}

impl From<UnknownRole> for Failure {
    fn from(error: UnknownRole) -> Self {
        Failure::wrong_use(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Failure::failed(error)
    }
}
