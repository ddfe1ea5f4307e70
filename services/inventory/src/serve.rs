//! Start and stop: socket, keys, database, and a graceful end on SIGTERM or ctrl-c.
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
use crate::store::{Closed, OpenError, Store};

/// Longest wait for requests in flight, and then for the database, at the end.
const STOP_DEADLINE: Duration = Duration::from_secs(10);

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
    Database(#[from] OpenError),
    #[error("cannot set up the process: {0}")]
    Process(#[from] io::Error),
}

/// Runs the service until it is told to stop. 0 after a graceful stop, 2 when it could not start.
pub fn main(cli: Cli) -> ExitCode {
    process::run("inventory", || start(cli))
}

fn start(cli: Cli) -> Result<(), StartError> {
    Builder::new_multi_thread().enable_all().build()?.block_on(run(cli))
}

async fn run(cli: Cli) -> Result<(), StartError> {
    let signals = StopSignals::new()?;
    let listener = listen::bind(cli.listen).await?;
    let keyring = Keyring::new(vec![cli.tokens.into_issuer(cli.allow_http)?], Handle::current())?;
    let (store, closed) = Store::open(&cli.database)?;
    listen::announce(&listener)?;
    let app = App { keyring, store };
    serve(listener, router(app), signals.wait(), STOP_DEADLINE).await;
    close(closed).await;
    Ok(())
}

async fn close(closed: Closed) {
    match tokio::time::timeout(STOP_DEADLINE, closed.wait()).await {
        Ok(()) => tracing::info!("stopped"),
        Err(_) => tracing::warn!("the database was still busy after {STOP_DEADLINE:?}"),
    }
}
