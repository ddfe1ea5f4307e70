//! `witgate-auth keys ...`: the signing keys, also while the service runs. Never prints a private part.

use super::database::{by_cli, open_keys, open_store};
use super::failure::Failure;
use super::output::say;
use super::{ConfigArg, KeysCommand, RetireArgs, RotateArgs};
use crate::clock::{self, UnixSeconds};
use crate::config::Config;
use crate::key_keeper::KeyKeeper;
use crate::store::{Store, StoredKey};

/// Does one of the key commands.
pub(super) async fn keys(command: KeysCommand) -> Result<(), Failure> {
    match command {
        KeysCommand::List(args) => list(&args).await,
        KeysCommand::Rotate(args) => rotate(args).await,
        KeysCommand::Retire(args) => retire(args).await,
    }
}

async fn list(args: &ConfigArg) -> Result<(), Failure> {
    let (store, keeper) = open(args).await?;
    let now = clock::now();
    let signer = keeper.ring().signer(now).map(|key| key.kid().to_owned());
    for key in store.all_keys().await? {
        let state = state(&key, signer.as_deref(), now);
        say(&format!("{}\t{}\t{state}\t{}", key.kid, key.alg, key.signs_from))?;
    }
    Ok(())
}

fn state(key: &StoredKey, signer: Option<&str>, now: UnixSeconds) -> &'static str {
    match key.retired_at {
        Some(_) => "retired",
        None if signer == Some(&key.kid) => "signs",
        None if key.signs_from > now => "published",
        None => "outgoing",
    }
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
