//! A service as a process: JSON logs on stderr, and an exit code that says whether it could start.
//! Never leaves with exit code 0 when it could not start.

use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;

use tracing_subscriber::EnvFilter;

/// The exit code when the service cannot start.
const CANNOT_START: u8 = 2;

/// Sets up the logs (`RUST_LOG`, default `info`) and runs the service `name` until it is told to stop. 0 after a
/// graceful stop, 2 when it could not start, with the reason on stderr. Once in a process.
pub fn run<E: Display>(name: &str, service: impl FnOnce() -> Result<(), E>) -> ExitCode {
    log_to_stderr();
    match service() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Plain text and not a log event: the person who started it must see it whatever RUST_LOG says. The exit
            // code tells it too when stderr is closed.
            let _closed = writeln!(io::stderr(), "{name}: {error}");
            ExitCode::from(CANNOT_START)
        }
    }
}

fn log_to_stderr() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(io::stderr).init();
}
