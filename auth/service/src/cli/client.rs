//! `witgate-auth client ...`: the registered services and applications. Never shows a secret: the database has none.

use std::path::Path;

use clap::{Args, Subcommand};

use super::ConfigArg;
use super::client_add::{AddClientArgs, add};
use super::database::{by_cli, open_store_of};
use super::failure::Failure;
use super::output::say;
use crate::store::Client;

/// How many clients are read at once.
const PAGE: i64 = 500;

#[derive(Debug, Subcommand)]
pub(super) enum ClientCommand {
    /// Register a service or an application. Prints its id, and its secret this once
    Add(Box<AddClientArgs>),
    /// List all clients: id, state, name, scopes; separated by tabs
    List(ConfigArg),
    /// Refuse a client, end its sessions and revoke its tokens
    Disable(IdArgs),
}

#[derive(Debug, Args)]
pub(super) struct IdArgs {
    /// The client's id
    id: String,
    #[command(flatten)]
    config: ConfigArg,
}

/// Does one of the client commands.
pub(super) async fn client(command: ClientCommand) -> Result<(), Failure> {
    match command {
        ClientCommand::Add(args) => add(*args).await,
        ClientCommand::List(args) => list(&args.config).await,
        ClientCommand::Disable(args) => disable(args).await,
    }
}

async fn list(config: &Path) -> Result<(), Failure> {
    let store = open_store_of(config).await?;
    let mut last = String::new();
    loop {
        let page = store.list_clients(last, PAGE).await?;
        let Some(end) = page.last() else { return Ok(()) };
        last = end.client_id.clone();
        for client in &page {
            say(&line(client))?;
        }
    }
}

async fn disable(args: IdArgs) -> Result<(), Failure> {
    let id = args.id;
    match open_store_of(&args.config.config).await?.disable_client(id.clone(), by_cli()).await? {
        Some(ended) => say(&format!("disabled {id}, ended {ended} sessions and revoked its tokens")),
        None => Err(Failure::failed(format!("there is no client {id:?}. `witgate-auth client list` shows all"))),
    }
}

fn line(client: &Client) -> String {
    let state = if client.disabled_at.is_some() { "disabled" } else { "enabled" };
    format!("{}\t{state}\t{}\t{}", client.client_id, client.name, client.scopes.join(" "))
}
