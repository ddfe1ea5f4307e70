//! `witgate-auth user set-...`, `sessions` and `roles`: what an administrator changes of a user who is there, also while
//! the service runs. Never keeps the last operator: whoever has the database can make another.

use clap::{Args, Subcommand};

use super::ConfigArg;
use super::database::{by_cli, open_accounts, open_store_of};
use super::failure::Failure;
use super::output::say;
use super::password_input::read_new_password;
use crate::clock;
use crate::config::Config;
use crate::store::{EndReason, Session, Store, UserChange};

/// How many sessions are read at once.
const PAGE: i64 = 500;

#[derive(Debug, Args)]
pub(super) struct SetRolesArgs {
    /// Account name
    name: String,
    /// A role from the [roles] of the configuration; repeat it for several. They replace those that the user has
    #[arg(long = "role", value_name = "ROLE", required = true)]
    roles: Vec<String>,
    #[command(flatten)]
    config: ConfigArg,
}

#[derive(Debug, Args)]
pub(super) struct SetEmailArgs {
    /// Account name
    name: String,
    /// E-mail address; kept, not verified
    #[arg(required_unless_present = "none")]
    email: Option<String>,
    /// Take the address away
    #[arg(long, conflicts_with = "email")]
    none: bool,
    #[command(flatten)]
    config: ConfigArg,
}

#[derive(Debug, Args)]
pub(super) struct SetPasswordArgs {
    /// Account name
    name: String,
    /// Read the password from the first line of standard input
    #[arg(long)]
    password_stdin: bool,
    #[command(flatten)]
    config: ConfigArg,
}

#[derive(Debug, Subcommand)]
pub(super) enum SessionsCommand {
    /// List open sessions: sid, user, client, opened and last used (Unix seconds), address; separated by tabs
    List(SessionListArgs),
    /// End a session and revoke its access tokens
    End(SidArgs),
}

#[derive(Debug, Args)]
pub(super) struct SessionListArgs {
    /// Of this user only
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    #[command(flatten)]
    config: ConfigArg,
}

#[derive(Debug, Args)]
pub(super) struct SidArgs {
    /// The session's id
    sid: String,
    #[command(flatten)]
    config: ConfigArg,
}

/// `user set-roles`.
pub(super) async fn set_roles(args: SetRolesArgs) -> Result<(), Failure> {
    let change = UserChange { roles: Some(args.roles), ..UserChange::default() };
    change_user(&args.name, change, &args.config).await
}

/// `user set-email`.
pub(super) async fn set_email(args: SetEmailArgs) -> Result<(), Failure> {
    let change = UserChange { email: Some(args.email), ..UserChange::default() };
    change_user(&args.name, change, &args.config).await
}

async fn change_user(name: &str, change: UserChange, config: &ConfigArg) -> Result<(), Failure> {
    let accounts = open_accounts(&Config::load(&config.config)?).await?;
    let id = accounts.named(name).await?.id;
    let user = accounts.change(id, change, by_cli()).await?;
    say(&format!(
        "changed {}: roles {}, e-mail {}",
        user.name,
        user.roles.join(","),
        user.email.as_deref().unwrap_or("-")
    ))
}

/// `user set-password`. The user must be there before the password is asked for.
pub(super) async fn set_password(args: SetPasswordArgs) -> Result<(), Failure> {
    let accounts = open_accounts(&Config::load(&args.config.config)?).await?;
    let user = accounts.named(&args.name).await?;
    let password = read_new_password(args.password_stdin)?;
    let ended = accounts.set_password(user.id, password, by_cli()).await?;
    say(&format!("set the password of {}, ended {ended} sessions and revoked their access tokens", user.name))
}

/// `user end-sessions`.
pub(super) async fn end_sessions(name: &str, config: &ConfigArg) -> Result<(), Failure> {
    let accounts = open_accounts(&Config::load(&config.config)?).await?;
    let user = accounts.named(name).await?;
    let ended = accounts.end_sessions(user.id, by_cli()).await?;
    say(&format!("ended {ended} sessions of {} and revoked their access tokens", user.name))
}

/// `user sessions`.
pub(super) async fn sessions_of(name: &str, config: &ConfigArg) -> Result<(), Failure> {
    let accounts = open_accounts(&Config::load(&config.config)?).await?;
    let user = accounts.named(name).await?;
    list(&open_store_of(&config.config).await?, Some(user.id)).await
}

/// Does one of the session commands.
pub(super) async fn sessions(command: SessionsCommand) -> Result<(), Failure> {
    match command {
        SessionsCommand::List(SessionListArgs { user: Some(name), config }) => sessions_of(&name, &config).await,
        SessionsCommand::List(args) => list(&open_store_of(&args.config.config).await?, None).await,
        SessionsCommand::End(args) => end(args).await,
    }
}

async fn list(store: &Store, user: Option<String>) -> Result<(), Failure> {
    let mut last = String::new();
    loop {
        let page = store.sessions_after(user.clone(), last, PAGE, clock::now()).await?;
        let Some(end) = page.last() else { return Ok(()) };
        last = end.sid.clone();
        for session in &page {
            say(&line(session))?;
        }
    }
}

fn line(session: &Session) -> String {
    let source = session.source.as_deref().unwrap_or("-");
    let Session { sid, client_id, created_at, last_used_at, user, .. } = session;
    format!("{sid}\t{}\t{client_id}\t{created_at}\t{last_used_at}\t{source}", user.name)
}

async fn end(args: SidArgs) -> Result<(), Failure> {
    let store = open_store_of(&args.config.config).await?;
    match store.end_session(args.sid.clone(), None, EndReason::Revoked, by_cli()).await? {
        Some(session) => say(&format!("ended {} of {} and revoked its access tokens", session.sid, session.user.name)),
        None => Err(Failure::failed(format!("there is no open session {:?}", args.sid))),
    }
}

/// `roles`: the table of the configuration.
pub(super) fn roles(args: &ConfigArg) -> Result<(), Failure> {
    for (role, scopes) in Config::load(&args.config)?.roles.iter() {
        say(&format!("{role}\t{}", scopes.join(" ")))?;
    }
    Ok(())
}
