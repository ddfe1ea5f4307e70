//! Why a process does not start, in words for the operator.
//!
//! Never without the place: the address, the socket or the key of gateway.toml.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use thiserror::Error;

use crate::config::Faults;

/// Why the process cannot start.
#[derive(Debug, Error)]
pub enum ServerError {
    /// gateway.toml, or something it names
    #[error("{0}")]
    Config(#[from] Faults),
    /// an address cannot be bound
    #[error("cannot listen on {address} ({role}): {source}; is another process using the port?")]
    Bind {
        /// what the address is for
        role: &'static str,
        /// from gateway.toml
        address: SocketAddr,
        /// the system's word
        source: io::Error,
    },
    /// the WebAssembly engine
    #[error("the WebAssembly engine cannot start: {0}")]
    Engine(String),
    /// `--take-over` without a place to ask at
    #[error("`--take-over` needs `takeover-socket` in [gateway] of gateway.toml, the same as of the process that runs")]
    NoTakeoverSocket,
    /// the Unix socket, or the process behind it
    #[error("cannot take over, or be taken over, at {}: {source}", path.display())]
    Takeover {
        /// from gateway.toml
        path: PathBuf,
        /// the system's word
        source: io::Error,
    },
    /// threads, runtimes, signals
    #[error("cannot start: {0}")]
    System(#[from] io::Error),
}
