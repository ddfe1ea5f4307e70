//! How a command fails: a message for the person and an exit code for the script. Never prints a secret: the errors it
//! takes hold none.

use std::fmt::Display;
use std::process::ExitCode;

use witgate_settings::show::show;

use crate::accounts::AccountError;
use crate::config::Faults;
use crate::store::StoreError;

/// Exit code of a command that was understood but could not be done.
const FAILED: u8 = 1;
/// Exit code of wrong use: arguments, configuration, an address that cannot be bound.
const WRONG_USE: u8 = 2;

/// What there is to say, and the exit code.
#[derive(Debug)]
pub(super) struct Failure {
    cause: Cause,
    code: u8,
}

#[derive(Debug)]
enum Cause {
    Message(String),
    Config(Faults),
}

impl Failure {
    /// It was understood, but could not be done.
    pub(super) fn failed(message: impl Display) -> Failure {
        Failure { cause: Cause::Message(message.to_string()), code: FAILED }
    }

    /// It was asked for in a wrong way.
    pub(super) fn wrong_use(message: impl Display) -> Failure {
        Failure { cause: Cause::Message(message.to_string()), code: WRONG_USE }
    }

    /// Prints the message, or every fault of the configuration, to stderr and gives the exit code.
    pub(super) fn report(&self) -> ExitCode {
        match &self.cause {
            Cause::Message(message) => eprintln!("witgate-auth: {message}"),
            Cause::Config(faults) => {
                // A closed stderr is the reader's choice.
                let _ = show(faults, &mut std::io::stderr());
            }
        }
        ExitCode::from(self.code)
    }
}

impl From<Faults> for Failure {
    fn from(faults: Faults) -> Self {
        Failure { cause: Cause::Config(faults), code: WRONG_USE }
    }
}

impl From<AccountError> for Failure {
    fn from(error: AccountError) -> Self {
        use AccountError::{Email, Name, NoSuchUser, Password, Role, Store, Tenant, TooManyRoles};
        match error {
            Name(_) | Tenant(_) | Email | Role(_) | TooManyRoles => Failure::wrong_use(error),
            NoSuchUser => Failure::failed(format!("{error}. `witgate-auth user list` shows all")),
            Password(_) | Store(_) => Failure::failed(error),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Failure::failed(error)
    }
}
