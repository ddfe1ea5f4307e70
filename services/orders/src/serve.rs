//! Start and stop: socket, keys, database, the sweep, and a graceful end on SIGTERM or ctrl-c.
//! Never leaves with exit code 0 when it could not start.

use std::io;
use std::process::ExitCode;
use std::time::Duration;

use chassis::listen::{self, ListenError};
use chassis::process;
use chassis::serve::serve;
use chassis::stop::StopSignals;
use chassis::tokens::IssuerIsNoUrl;
use tokio::runtime::{Builder, Handle};
use witgate_keyring::{Keyring, KeyringError};

use crate::cli::Cli;
use crate::http::{App, router};
use crate::placement::Placements;
use crate::stock::{Inventory, InventoryUrlError};
use crate::store::{Closed, OpenError, Store};

/// Longest wait for requests in flight, and then for the database, at the end.
const STOP_DEADLINE: Duration = Duration::from_secs(20);

/// How often orders are looked for that no request works on any more.
const SWEEP_INTERVAL: Duration = Duration::from_secs(60);

/// Why the service does not start, or ends early.
#[derive(Debug, thiserror::Error)]
enum StartError {
    #[error(transparent)]
    Listen(#[from] ListenError),
    #[error(transparent)]
    Issuer(#[from] IssuerIsNoUrl),
    #[error(transparent)]
    Keyring(#[from] KeyringError),
    #[error(transparent)]
    Inventory(#[from] InventoryUrlError),
    #[error(transparent)]
    Database(#[from] OpenError),
    #[error("cannot set up the process: {0}")]
    Process(#[from] io::Error),
}

/// Runs the service until it is told to stop. 0 after a graceful stop, 2 when it could not start.
pub fn main(cli: Cli) -> ExitCode {
    process::run("orders", || start(cli))
}

fn start(cli: Cli) -> Result<(), StartError> {
    Builder::new_multi_thread().enable_all().build()?.block_on(run(cli))
}

async fn run(cli: Cli) -> Result<(), StartError> {
    let signals = StopSignals::new()?;
    let listener = listen::bind(cli.listen).await?;
    let keyring = Keyring::new(vec![cli.tokens.into_issuer(cli.allow_http)?], Handle::current())?;
    let inventory = Inventory::new(cli.inventory_url, cli.allow_http)?;
    let (store, closed) = Store::open(&cli.database)?;
    let placements = Placements::new(store.clone(), inventory);
    let sweeping = tokio::spawn(sweep(store.clone()));
    listen::announce(&listener)?;
    let app = App { keyring, store, placements };
    serve(listener, router(app), signals.wait(), STOP_DEADLINE).await;
    sweeping.abort();
    close(closed).await;
    Ok(())
}

/// Marks the orders of requests that are gone, of this process or one before it. Its first tick is at once.
async fn sweep(store: Store) {
    let mut ticks = tokio::time::interval(SWEEP_INTERVAL);
    loop {
        ticks.tick().await;
        match store.fail_abandoned().await {
            Ok(0) => {}
            Ok(orders) => {
                tracing::warn!(orders, "interrupted orders marked as failed; staff should release their stock");
            }
            Err(cause) => tracing::error!(%cause, "interrupted orders could not be looked for"),
        }
    }
}

/// The database closes after its last handle: every placement has one, also when its client has hung up.
async fn close(closed: Closed) {
    match tokio::time::timeout(STOP_DEADLINE, closed.wait()).await {
        Ok(()) => tracing::info!("stopped"),
        Err(_) => tracing::warn!(
            "work was still under way after {STOP_DEADLINE:?}; the next start marks cut orders as failed"
        ),
    }
}
