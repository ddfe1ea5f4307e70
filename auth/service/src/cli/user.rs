//! `witgate-auth user ...`: changes the users in the database, also while the service runs. Never prints a hash.

use std::path::Path;

use super::account;
use super::database::{by_cli, open_accounts, open_store_of};
use super::failure::Failure;
use super::output::say;
use super::password_input::read_new_password;
use super::{AddArgs, NameArgs, UserCommand};
use crate::account_name::account_name;
use crate::accounts::NewAccount;
use crate::config::Config;
use crate::store::User;

/// How many users are read at once.
const PAGE: i64 = 500;

/// Does one of the user commands.
pub(super) async fn user(command: UserCommand) -> Result<(), Failure> {
    match command {
        UserCommand::Add(args) => add(args).await,
        UserCommand::List(args) => list(&args.config).await,
        UserCommand::Disable(args) => disable(args).await,
        UserCommand::Enable(args) => enable(args).await,
        UserCommand::ResetSecondFactor(args) => reset_second_factor(args).await,
        UserCommand::SetRoles(args) => account::set_roles(args).await,
        UserCommand::SetEmail(args) => account::set_email(args).await,
        UserCommand::SetPassword(args) => account::set_password(args).await,
        UserCommand::Sessions(args) => account::sessions_of(&args.name, &args.config).await,
        UserCommand::EndSessions(args) => account::end_sessions(&args.name, &args.config).await,
    }
}

/// Everything that can be wrong is checked before the password is asked for.
async fn add(args: AddArgs) -> Result<(), Failure> {
    let config = Config::load(&args.config.config)?;
    let written = NewAccount { name: args.name, email: args.email, roles: args.roles, tenant: args.tenant };
    let checked = written.checked(&config.roles)?;
    let password = read_new_password(args.password_stdin)?;
    let user = open_accounts(&config).await?.add(checked, password, by_cli()).await?;
    say(&format!("added {} ({})", user.name, user.id))
}

async fn list(config: &Path) -> Result<(), Failure> {
    let store = open_store_of(config).await?;
    let mut last = String::new();
    loop {
        let page = store.list_users(last, PAGE).await?;
        let Some(end) = page.last() else { return Ok(()) };
        last = end.name.clone();
        for user in &page {
            say(&line(user))?;
        }
    }
}

async fn disable(args: NameArgs) -> Result<(), Failure> {
    let name = account_name(&args.name).map_err(Failure::wrong_use)?;
    match open_store_of(&args.config.config).await?.disable_user(name.clone(), by_cli()).await? {
        Some(ended) => say(&format!("disabled {name}, ended {ended} sessions and revoked their access tokens")),
        None => Err(no_such_user(&name)),
    }
}

async fn enable(args: NameArgs) -> Result<(), Failure> {
    let name = account_name(&args.name).map_err(Failure::wrong_use)?;
    if open_store_of(&args.config.config).await?.enable_user(name.clone(), by_cli()).await? {
        say(&format!("enabled {name}"))
    } else {
        Err(no_such_user(&name))
    }
}

async fn reset_second_factor(args: NameArgs) -> Result<(), Failure> {
    let name = account_name(&args.name).map_err(Failure::wrong_use)?;
    let store = open_store_of(&args.config.config).await?;
    let Some(found) = store.credentials(name.clone()).await? else { return Err(no_such_user(&name)) };
    if store.reset_second_factor(found.user.id, by_cli()).await? {
        say(&format!("{name} signs in with the password alone now"))
    } else {
        Err(Failure::failed(format!("{name} has no second factor")))
    }
}

fn no_such_user(name: &str) -> Failure {
    Failure::failed(format!("there is no user {name:?}. `witgate-auth user list` shows all"))
}

fn line(user: &User) -> String {
    let state = if user.disabled_at.is_some() { "disabled" } else { "enabled" };
    let (roles, email) = (user.roles.join(","), user.email.as_deref().unwrap_or("-"));
    format!("{}\t{state}\t{}\t{roles}\t{}\t{email}", user.name, user.tenant, user.id)
}
