//! `witgate-auth user ...`: changes the users in the database, also while the service runs. Never prints a hash.

use std::path::Path;

use super::database::{by_cli, open_passwords, open_store, open_store_of};
use super::failure::Failure;
use super::output::say;
use super::password_input::read_new_password;
use super::{AddArgs, NameArgs, UserCommand};
use crate::account_name::{account_name, tenant_name};
use crate::config::Config;
use crate::password::Owner;
use crate::store::{NewUser, User};

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
    }
}

/// Everything that can be wrong is checked before the password is asked for.
async fn add(args: AddArgs) -> Result<(), Failure> {
    let config = Config::load(&args.config.config)?;
    let name = account_name(&args.name).map_err(Failure::wrong_use)?;
    let tenant = tenant_name(&args.tenant).map_err(|cause| Failure::wrong_use(format!("--tenant: {cause}")))?;
    config.roles.require(&args.roles)?;
    let password = read_new_password(args.password_stdin)?;
    let passwords = open_passwords(&config)?;
    let owner = Owner { name: name.clone(), email: args.email.clone() };
    let password_hash = passwords.hash_for(password, owner).await.map_err(Failure::failed)?;
    let store = open_store(&config).await?;
    let new = NewUser { name: name.clone(), email: args.email, password_hash, roles: args.roles, tenant };
    let id = store.add_user(new, by_cli()).await?;
    say(&format!("added {name} ({id})"))
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
    if store.remove_second_factor(found.user.id, by_cli()).await? {
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
