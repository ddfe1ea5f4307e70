//! `witgate-auth keys ...`: the signing keys, also while the service runs. Never prints a private part.

use clap::{Args, Subcommand};

use super::ConfigArg;
use super::database::{by_cli, open_keys, open_store};
use super::failure::Failure;
use super::output::say;
use super::reseal::{ResealArgs, reseal};
use crate::clock;
use crate::config::Config;
use crate::key_keeper::KeyKeeper;
use crate::key_list::listed;
use crate::store::Store;

#[derive(Debug, Subcommand)]
pub(super) enum KeysCommand {
    /// List all keys: kid, algorithm, state, from when it signs (Unix seconds); separated by tabs
    List(ConfigArg),
    /// Make a new key. It signs after it was published for `publish-ahead-seconds`
    Rotate(RotateArgs),
    /// Take a key out of use at once and revoke all that it signed: somebody else may have it
    Retire(RetireArgs),
    /// Encrypt everything again under a new key that the configuration names. Stop the service before
    Reseal(ResealArgs),
}

#[derive(Debug, Args)]
pub(super) struct RotateArgs {
    /// Sign with the new key at once. Resource servers that have not fetched the key set yet fetch it then
    #[arg(long)]
    now: bool,
    #[command(flatten)]
    config: ConfigArg,
}

#[derive(Debug, Args)]
pub(super) struct RetireArgs {
    /// The key's name
    // one key id in 64 begins with a hyphen
    #[arg(allow_hyphen_values = true)]
    kid: String,
    #[command(flatten)]
    config: ConfigArg,
}

/// Does one of the key commands.
pub(super) async fn keys(command: KeysCommand) -> Result<(), Failure> {
    match command {
        KeysCommand::List(args) => list(&args).await,
        KeysCommand::Rotate(args) => rotate(args).await,
        KeysCommand::Retire(args) => retire(args).await,
        KeysCommand::Reseal(args) => reseal(args).await,
    }
}

async fn list(args: &ConfigArg) -> Result<(), Failure> {
    let (store, keeper) = open(args).await?;
    for (key, state) in listed(&store, &keeper, clock::now()).await? {
        say(&format!("{}\t{}\t{}\t{}", key.kid, key.alg, state.as_str(), key.signs_from))?;
    }
    Ok(())
}

async fn rotate(args: RotateArgs) -> Result<(), Failure> {
    let (_, keeper) = open(&args.config).await?;
    let kid = keeper.rotate(args.now, &by_cli()).await.map_err(Failure::failed)?;
    let when = if args.now { "signs now" } else { "signs after it was published long enough" };
    say(&format!("added {kid}, which {when}"))
}

async fn retire(args: RetireArgs) -> Result<(), Failure> {
    let (_, keeper) = open(&args.config).await?;
    keeper.retire(&args.kid, &by_cli()).await.map_err(Failure::failed)?;
    say(&format!("retired {} and revoked all that it signed", args.kid))
}

async fn open(args: &ConfigArg) -> Result<(Store, KeyKeeper), Failure> {
    let config = Config::load(&args.config)?;
    let store = open_store(&config).await?;
    let (keeper, _) = open_keys(&config, &store).await?;
    Ok((store, keeper))
}
