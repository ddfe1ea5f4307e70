//! The command line: what it takes, and which room does it. Never takes a password as an argument: other users of the
//! machine can read those.

mod failure;
mod output;
mod check;
mod database;
mod password_input;
mod listeners;
mod run;
mod reseal;
mod keys;
mod account;
mod user;
mod client_add;
mod audit;
mod client;
mod backup;

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use account::{SessionsCommand, SetEmailArgs, SetPasswordArgs, SetRolesArgs};
use audit::AuditCommand;
use backup::{BackupArgs, RestoreArgs};
use client::ClientCommand;
use failure::Failure;
use keys::KeysCommand;

const EXAMPLES: &str = "\
Examples:
  witgate-auth check --config auth.toml
  witgate-auth run --config auth.toml
  witgate-auth run --config auth.toml --listen 127.0.0.1:0
  witgate-auth user add alice --role customer --tenant acme --config auth.toml
  printf '%s\\n' \"$PASSWORD\" | witgate-auth user add bob --role staff --password-stdin --config auth.toml
  witgate-auth user list --config auth.toml
  witgate-auth user disable alice --config auth.toml
  witgate-auth sessions list --user alice --config auth.toml
  witgate-auth audit export --config auth.toml > audit.ndjson
  witgate-auth keys rotate --config auth.toml
  witgate-auth client add gateway --scope revocations:read --secret-file feed.secret --config auth.toml
  witgate-auth client add Shop --id shop --public --grant authorization_code --grant refresh_token \
    --redirect-uri https://shop.example.com/back --scope openid --scope orders:read --config auth.toml
  witgate-auth backup --to auth.backup --config auth.toml

Exit codes:
  0  done
  1  it could not be done: no such user or client, name taken, bad password, database failure
  2  wrong use: bad arguments, bad configuration, or an address that cannot be bound";

/// Signs users in and issues the tokens that Witgate and its services verify.
#[derive(Debug, Parser)]
#[command(name = "witgate-auth", version, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve until SIGTERM or ctrl-c. Prints `listening on http://ADDRESS` once bound
    #[command(after_help = EXAMPLES)]
    Run(RunArgs),
    /// Report all faults of the configuration, and exit
    #[command(after_help = EXAMPLES)]
    Check(ConfigArg),
    /// Manage the signing keys; works while the service runs
    #[command(subcommand, after_help = EXAMPLES)]
    Keys(KeysCommand),
    /// Manage the users in the database; works while the service runs
    #[command(subcommand, after_help = EXAMPLES)]
    User(UserCommand),
    /// Manage the services and applications that may ask this one; works while the service runs
    #[command(subcommand, after_help = EXAMPLES)]
    Client(ClientCommand),
    /// Write all that the database holds into a file; works while the service runs
    #[command(after_help = EXAMPLES)]
    Backup(BackupArgs),
    /// Bring a backup back into an empty database, and end all sessions
    #[command(after_help = EXAMPLES)]
    Restore(RestoreArgs),
    /// Look at open sessions and end them; works while the service runs
    #[command(subcommand, after_help = EXAMPLES)]
    Sessions(SessionsCommand),
    /// List the roles of the configuration and the scopes that they give; separated by tabs
    #[command(after_help = EXAMPLES)]
    Roles(ConfigArg),
    /// Read the audit log; works while the service runs
    #[command(subcommand, after_help = EXAMPLES)]
    Audit(AuditCommand),
}

#[derive(Debug, Args)]
struct ConfigArg {
    /// The configuration file
    #[arg(long, value_name = "FILE", default_value = "auth.toml")]
    config: PathBuf,
}

#[derive(Debug, Args)]
struct RunArgs {
    #[command(flatten)]
    config: ConfigArg,
    /// Bind this address instead of the configured one; port 0 takes a free port
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
}

#[derive(Debug, Subcommand)]
enum UserCommand {
    /// Add a user. Asks for the password twice, unless --password-stdin is given
    Add(AddArgs),
    /// List all users: name, state, tenant, roles, id, e-mail; separated by tabs
    List(ConfigArg),
    /// Refuse a user and end the user's sessions
    Disable(NameArgs),
    /// Let a disabled user sign in again
    Enable(NameArgs),
    /// Remove the second factor and the recovery codes of a user who lost both
    ResetSecondFactor(NameArgs),
    /// Replace a user's roles
    SetRoles(SetRolesArgs),
    /// Set or take away a user's e-mail address
    SetEmail(SetEmailArgs),
    /// Set a new password and end the user's sessions. Asks twice, unless --password-stdin is given
    SetPassword(SetPasswordArgs),
    /// List a user's open sessions: sid, user, client, opened and last used (Unix seconds), address; separated by tabs
    Sessions(NameArgs),
    /// End a user's sessions and revoke their access tokens
    EndSessions(NameArgs),
}

#[derive(Debug, Args)]
struct AddArgs {
    /// Account name: letters, digits and . _ - @; the case does not matter
    name: String,
    /// A role from the [roles] of the configuration; repeat it for several
    #[arg(long = "role", value_name = "ROLE", required = true)]
    roles: Vec<String>,
    /// The tenant that the user belongs to
    #[arg(long, default_value = "main")]
    tenant: String,
    /// E-mail address; kept, not verified
    #[arg(long)]
    email: Option<String>,
    /// Read the password from the first line of standard input
    #[arg(long)]
    password_stdin: bool,
    #[command(flatten)]
    config: ConfigArg,
}

#[derive(Debug, Args)]
struct NameArgs {
    /// Account name
    name: String,
    #[command(flatten)]
    config: ConfigArg,
}

/// Does what the arguments say. Messages go to stderr, results to stdout.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(help_or_error) => {
            // A closed stdout or stderr is the reader's choice.
            let _ = help_or_error.print();
            return ExitCode::from(u8::try_from(help_or_error.exit_code()).unwrap_or(2));
        }
    };
    match dispatch(cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

fn dispatch(command: Command) -> Result<(), Failure> {
    let runtime = tokio::runtime::Runtime::new().map_err(Failure::failed)?;
    match command {
        Command::Run(args) => runtime.block_on(run::run(args)),
        Command::Check(args) => check::check(&args),
        Command::Keys(command) => runtime.block_on(keys::keys(command)),
        Command::User(command) => runtime.block_on(user::user(command)),
        Command::Client(command) => runtime.block_on(client::client(command)),
        Command::Backup(args) => runtime.block_on(backup::backup(args)),
        Command::Restore(args) => runtime.block_on(backup::restore(args)),
        Command::Sessions(command) => runtime.block_on(account::sessions(command)),
        Command::Roles(args) => account::roles(&args),
        Command::Audit(command) => runtime.block_on(audit::audit(command)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn there_is_no_password_argument() {
        assert!(Cli::try_parse_from(["witgate-auth", "user", "add", "a", "--role", "r", "--password", "x"]).is_err());
    }
}
