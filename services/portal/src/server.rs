//! Starts the portal and stops it: settings, logs, the listener, signals.
//! Never outlives a stop signal by more than [`DRAIN`].

use std::{
    io::{self, ErrorKind},
    net::SocketAddr,
    process::ExitCode,
    time::Duration,
};

use chassis::{listen, process, serve::serve, stop::StopSignals};
use tokio::{
    net::TcpListener,
    runtime::{Builder, Handle},
};

use crate::{
    app::{App, SetupError},
    auth_client, routes,
    settings::{Settings, SettingsError},
};

/// How long requests under way may take to finish after a stop signal. Longer than a call to the auth service: to cut off
/// a renewal would lose the token that is on its way.
pub const DRAIN: Duration = Duration::from_secs(13);
const _: () = assert!(DRAIN.as_secs() > auth_client::DEADLINE.as_secs());

/// Why the portal does not run.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// A setting is wrong.
    #[error("{0}")]
    Settings(#[from] SettingsError),
    /// The clients cannot be set up.
    #[error("{0}")]
    Setup(#[from] SetupError),
    /// The port belongs to another process.
    #[error(
        "the portal cannot listen on {0}: the port is taken; stop the other process or choose another address with --listen"
    )]
    PortTaken(SocketAddr),
    /// Any other reason why the address cannot be used.
    #[error("the portal cannot listen on {address}: {cause}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// The system's reason.
        cause: io::Error,
    },
    /// The system refuses a runtime, a signal handler or the standard output.
    #[error("the portal cannot run: {0}")]
    System(#[from] io::Error),
}

/// Runs the portal until SIGTERM or ctrl-c. 0: stopped in order; 2: could not start, with the reason on stderr.
#[must_use]
pub fn main(settings: &Settings) -> ExitCode {
    process::run("portal", || start(settings))
}

fn start(settings: &Settings) -> Result<(), ServerError> {
    settings.check()?;
    Builder::new_multi_thread().worker_threads(2).enable_all().build()?.block_on(run(settings))
}

async fn run(settings: &Settings) -> Result<(), ServerError> {
    let router = routes::router(App::new(settings, Handle::current())?);
    let signals = StopSignals::new()?;
    let listener = bind(settings.listen).await?;
    listen::announce(&listener)?;
    serve(listener, router, signals.wait(), DRAIN).await;
    Ok(())
}

async fn bind(address: SocketAddr) -> Result<TcpListener, ServerError> {
    TcpListener::bind(address).await.map_err(|cause| match cause.kind() {
        ErrorKind::AddrInUse => ServerError::PortTaken(address),
        _ => ServerError::Bind { address, cause },
    })
}
