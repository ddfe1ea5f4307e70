//! `witgate-auth run`: puts the rooms together and serves. Never prints anything but the addresses to stdout.

use chassis::stop::StopSignals;
use tracing_subscriber::EnvFilter;

use super::RunArgs;
use super::database::{open_keys, open_passwords, open_store};
use super::failure::Failure;
use super::listeners::{Listeners, Routers};
use crate::access_token::TokenIssuer;
use crate::config::Config;
use crate::feed::Feed;
use crate::grants::Grants;
use crate::http;
use crate::key_keeper::KeyKeeper;
use crate::own_tokens::OwnTokens;

/// Serves until the process is asked to stop.
pub(super) async fn run(args: RunArgs) -> Result<(), Failure> {
    let mut config = Config::load(&args.config.config)?;
    start_logging();
    let signals = StopSignals::new().map_err(Failure::failed)?;
    let listeners = Listeners::bind(args.listen.unwrap_or(config.listen), config.admin.as_ref()).await?;
    config.settle_port(listeners.main.local_addr().map_err(Failure::failed)?.port());
    let (grants, keys) = assemble(&config).await?;
    let keeping = tokio::spawn(keys.run());
    listeners.announce()?;
    let (feed, follower) = Feed::new(grants.store().clone());
    let following = tokio::spawn(follower.run());
    let proxies = || config.trusted_proxies.clone();
    let routers = Routers {
        admin: listeners.admin.is_some().then(|| http::admin::router(grants.clone(), proxies(), config.clone())),
        main: http::router(grants, proxies(), feed.clone()),
    };
    Box::pin(listeners.serve(routers, stop_feed(signals, feed))).await;
    for task in [keeping, following] {
        task.abort();
        // It holds the store: the last owner moves the log into the database.
        let _ = task.await;
    }
    tracing::info!("stopped");
    Ok(())
}

/// Waits for the signal to stop; who waits for revocations then goes at once.
async fn stop_feed(signals: StopSignals, feed: Feed) {
    signals.wait().await;
    feed.stop();
}

/// `RUST_LOG` chooses what is logged; the default is `info`. One JSON object a line, on stderr.
fn start_logging() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().json().with_writer(std::io::stderr).with_env_filter(filter).init();
}

/// Opens the store, finds or makes the signing keys, starts the password pool.
async fn assemble(config: &Config) -> Result<(Grants, KeyKeeper), Failure> {
    let store = open_store(config).await?;
    let (keys, master) = open_keys(config, &store).await?;
    tracing::info!(kids = ?keys.ring().kids(), "store is open");
    let own_tokens = OwnTokens::new(config, keys.clone());
    let issuer = TokenIssuer::new(config, keys.clone());
    Ok((Grants::new(store, open_passwords(config)?, issuer, own_tokens, &master), keys))
}
