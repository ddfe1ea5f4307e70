//! `witgate-auth run`: puts the rooms together and serves. Never prints anything but the address to stdout.

use std::net::SocketAddr;
use std::time::Duration;

use chassis::listen;
use chassis::serve::serve;
use chassis::stop::StopSignals;
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

use super::RunArgs;
use super::failure::Failure;
use crate::access_token::TokenIssuer;
use crate::clock;
use crate::config::Config;
use crate::grants::Grants;
use crate::http;
use crate::password::Passwords;
use crate::signing::{ALGORITHM, SigningAlgorithm, SigningKey};
use crate::store::{Store, StoredKey};

/// How long running requests may take after a stop. As long as any request may.
const STOP_DEADLINE: Duration = Duration::from_secs(10);

/// Serves until the process is asked to stop.
pub(super) async fn run(args: RunArgs) -> Result<(), Failure> {
    let config = Config::load(&args.config.config)?;
    start_logging();
    let signals = StopSignals::new().map_err(Failure::failed)?;
    let listener = bind(args.listen.unwrap_or(config.listen)).await?;
    let grants = assemble(&config).await?;
    listen::announce(&listener).map_err(Failure::failed)?;
    serve(listener, http::router(grants), signals.wait(), STOP_DEADLINE).await;
    tracing::info!("stopped");
    Ok(())
}

/// `RUST_LOG` chooses what is logged; the default is `info`. One JSON object a line, on stderr.
fn start_logging() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().json().with_writer(std::io::stderr).with_env_filter(filter).init();
}

async fn bind(address: SocketAddr) -> Result<TcpListener, Failure> {
    listen::bind(address).await.map_err(|cause| Failure::wrong_use(format!("the auth service {cause}")))
}

/// Opens the store, finds or makes the signing key, starts the password pool.
async fn assemble(config: &Config) -> Result<Grants, Failure> {
    let store = Store::open(&config.database)?;
    let key = signing_key(&store).await?;
    tracing::info!(kid = key.kid(), database = %config.database.display(), "store is open");
    let passwords = Passwords::new().map_err(Failure::failed)?;
    Ok(Grants::new(store, passwords, TokenIssuer::new(config, key)))
}

async fn signing_key(store: &Store) -> Result<SigningKey, Failure> {
    let stored = match store.active_key(ALGORITHM).await? {
        Some(stored) => stored,
        None => {
            let (kid, private_pkcs8) = SigningKey::generate(SigningAlgorithm::Es256).map_err(Failure::failed)?;
            store.adopt_key(StoredKey { kid, alg: ALGORITHM.to_owned(), private_pkcs8 }, clock::now()).await?
        }
    };
    SigningKey::from_pkcs8(SigningAlgorithm::Es256, &stored.kid, &stored.private_pkcs8).map_err(Failure::failed)
}
