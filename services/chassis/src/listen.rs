//! The address of a service: taken, and announced to who started the process.
//! Never announces an address before it is taken.

use std::io::{self, Write};
use std::net::SocketAddr;

use tokio::net::TcpListener;

/// The address cannot be listened on, such as a port that another process has.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}: {cause}; choose another address with --listen")]
pub struct ListenError {
    address: SocketAddr,
    cause: io::Error,
}

impl ListenError {
    /// What the system said, where `--listen` is not the remedy.
    pub fn cause(&self) -> &io::Error {
        &self.cause
    }
}

/// Takes the address; port 0 takes a free one.
pub async fn bind(address: SocketAddr) -> Result<TcpListener, ListenError> {
    TcpListener::bind(address).await.map_err(|cause| ListenError { address, cause })
}

/// The first line on stdout: what starts this process reads the port from it.
pub fn announce(listener: &TcpListener) -> io::Result<()> {
    announce_as("listening", listener)
}

/// A line on stdout for a further listener, such as `admin on http://127.0.0.1:9001`.
pub fn announce_as(what: &str, listener: &TcpListener) -> io::Result<()> {
    let address = listener.local_addr()?;
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{what} on http://{address}")?;
    stdout.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_taken_port_is_named_with_the_remedy() {
        let taken = bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
        let address = taken.local_addr().unwrap();
        let refused = bind(address).await.unwrap_err().to_string();
        assert!(refused.contains(&address.to_string()) && refused.contains("--listen"), "{refused}");
    }
}
