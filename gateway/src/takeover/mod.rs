//! A restart without loss: a running process hands its listening sockets to a new one over a Unix socket, and drains.
//!
//! The kernel's queues belong to the sockets, which never close on the way: no connection is lost or refused. Never gives
//! a socket to another user, and never stops serving before the new process says that it serves, and never do both serve on.

pub mod message;
pub mod offer;
pub mod take;

use std::net::{SocketAddr, TcpListener};

/// The sockets of one address of gateway.toml.
#[derive(Debug)]
pub struct Bound {
    /// as it is written; its port may be 0
    pub address: SocketAddr,
    /// one for each worker
    pub sockets: Vec<TcpListener>,
}

/// Everything that is handed over.
#[derive(Debug, Default)]
pub struct Handed {
    /// where requests are accepted
    pub listeners: Vec<Bound>,
    /// where operators ask, if anywhere
    pub admin: Option<Bound>,
}

impl Handed {
    /// The same sockets once more.
    ///
    /// # Errors
    /// When the process is out of descriptors.
    pub fn again(&self) -> std::io::Result<Self> {
        let again = |bound: &Bound| {
            let sockets = bound.sockets.iter().map(TcpListener::try_clone).collect::<Result<_, _>>()?;
            Ok::<_, std::io::Error>(Bound { address: bound.address, sockets })
        };
        let listeners = self.listeners.iter().map(again).collect::<Result<_, _>>()?;
        Ok(Self { listeners, admin: self.admin.as_ref().map(again).transpose()? })
    }
}

#[cfg(test)]
mod tests;
