//! `witgate-auth keys reseal`: everything sealed again under a new master key. Never takes a key as an argument: other
//! users of the machine can read those.

use std::path::PathBuf;

use clap::Args;

use super::ConfigArg;
use super::database::{by_cli, open_store};
use super::failure::Failure;
use super::output::say;
use crate::config::Config;
use crate::key_keeper::present_master_key;
use crate::reseal;
use crate::vault::MasterKey;

#[derive(Debug, Args)]
pub(super) struct ResealArgs {
    #[command(flatten)]
    former: FormerKey,
    #[command(flatten)]
    config: ConfigArg,
}

/// Where the former key is; the configuration names the new one.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct FormerKey {
    /// A file with the former key, which only its owner can read
    #[arg(long, value_name = "PATH")]
    former_key_file: Option<PathBuf>,
    /// An environment variable with the former key
    #[arg(long, value_name = "NAME")]
    former_key_env: Option<String>,
}

/// Seals again what only the former key opens.
pub(super) async fn reseal(args: ResealArgs) -> Result<(), Failure> {
    let config = Config::load(&args.config.config)?;
    let former = former_key(&args.former)?;
    let current = present_master_key(&config.keys.encryption_key).map_err(Failure::failed)?;
    let store = open_store(&config).await?;
    let done = reseal::reseal(&store, &current, &former, by_cli()).await.map_err(Failure::failed)?;
    say(&format!("sealed {} again under the current key; {} were already", done.changed, done.current))
}

fn former_key(given: &FormerKey) -> Result<MasterKey, Failure> {
    let key = match (&given.former_key_file, &given.former_key_env) {
        (Some(path), _) => MasterKey::from_file(path),
        (None, Some(name)) => MasterKey::from_environment(name),
        (None, None) => return Err(Failure::wrong_use("name the former key: --former-key-file or --former-key-env")),
    };
    key.map_err(Failure::failed)
}
