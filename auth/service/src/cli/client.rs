//! `witgate-auth client ...`: registers services that ask this one. Never prints a secret a second time, and never
//! stores one: the database has its hash.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use uuid::Uuid;

use super::ConfigArg;
use super::database::{by_cli, open_store_of};
use super::failure::Failure;
use super::output::say;
use crate::clock;
use crate::opaque::{self, Kind};
use crate::secret::Secret;
use crate::service_scope::ServiceScope;
use crate::store::Client;

/// How many clients are read at once.
const PAGE: i64 = 500;
/// Longest name of a client, in characters.
const MAX_NAME_CHARS: usize = 100;
/// Mode of the file with a secret: its owner alone.
const SECRET_MODE: u32 = 0o600;

#[derive(Debug, Subcommand)]
pub(super) enum ClientCommand {
    /// Register a service. Prints its id, and its secret this once
    Add(AddClientArgs),
    /// List all clients: id, state, name, scopes; separated by tabs
    List(ConfigArg),
    /// Refuse a client, end its sessions and revoke its tokens
    Disable(IdArgs),
}

#[derive(Debug, Args)]
pub(super) struct AddClientArgs {
    /// A name for people, such as `gateway-1`
    name: String,
    /// What it may: revocations:read, tokens:introspect, tokens:revoke; repeat it for several
    #[arg(long = "scope", value_name = "SCOPE", required = true)]
    scopes: Vec<ServiceScope>,
    /// Write the secret into this new file, which only its owner can read, instead of printing it
    #[arg(long, value_name = "PATH")]
    secret_file: Option<PathBuf>,
    #[command(flatten)]
    config: ConfigArg,
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
        ClientCommand::Add(args) => add(args).await,
        ClientCommand::List(args) => list(&args.config).await,
        ClientCommand::Disable(args) => disable(args).await,
    }
}

/// The file is written first: a client whose secret nobody has would be of no use.
async fn add(args: AddClientArgs) -> Result<(), Failure> {
    let name = client_name(&args.name)?;
    let store = open_store_of(&args.config.config).await?;
    let (secret, hash) = opaque::generate(Kind::ClientSecret).map_err(Failure::failed)?;
    let new = service_client(name, &args.scopes, hash);
    let id = new.client_id.clone();
    if let Some(path) = &args.secret_file {
        write_secret(path, &secret)?;
    }
    if let Err(cause) = store.add_client(new, by_cli()).await {
        if let Some(path) = &args.secret_file {
            // The first error is the one to tell.
            let _ = std::fs::remove_file(path);
        }
        return Err(cause.into());
    }
    say(&format!("client id: {id}"))?;
    if args.secret_file.is_none() { say(&format!("secret: {}", secret.expose())) } else { Ok(()) }
}

fn client_name(given: &str) -> Result<String, Failure> {
    let fits = !given.trim().is_empty() && given.chars().count() <= MAX_NAME_CHARS;
    if fits && !given.chars().any(char::is_control) {
        return Ok(given.to_owned());
    }
    Err(Failure::wrong_use(format!("a client's name has 1 to {MAX_NAME_CHARS} characters, none of them a control one")))
}

fn service_client(name: String, asked: &[ServiceScope], hash: opaque::TokenHash) -> Client {
    let mut scopes: Vec<String> = asked.iter().map(ServiceScope::to_string).collect();
    scopes.sort_unstable();
    scopes.dedup();
    Client {
        client_id: Uuid::new_v4().to_string(),
        name,
        auth_method: "client_secret".to_owned(),
        secret_hash: Some(hash),
        jwks: None,
        redirect_uris: Vec::new(),
        grant_types: Vec::new(),
        scopes,
        audiences: Vec::new(),
        first_party: true,
        created_at: clock::now(),
        disabled_at: None,
    }
}

/// Never writes over a file that is there.
fn write_secret(path: &Path, secret: &Secret) -> Result<(), Failure> {
    let write = || -> io::Result<()> {
        let mut file = File::options().write(true).create_new(true).mode(SECRET_MODE).open(path)?;
        writeln!(file, "{}", secret.expose())?;
        file.sync_all()
    };
    write().map_err(|cause| Failure::failed(format!("cannot write the secret to {}: {cause}", path.display())))
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
