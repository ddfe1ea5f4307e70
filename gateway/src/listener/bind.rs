//! Binds a listening address once for each worker, with SO_REUSEPORT, so that the kernel spreads connections.
//!
//! Never lets two processes share a port by accident: the first bind is exclusive in its check, and who takes over is
//! handed the sockets.

use std::io;
use std::net::{SocketAddr, TcpListener};

use socket2::{Domain, Protocol, Socket, Type};

/// Connections that may wait to be accepted, on each socket.
const BACKLOG: i32 = 1024;

/// One listener for each worker, all on the same port; port 0 is chosen once.
///
/// # Errors
/// When the address is taken by another process, or may not be bound.
pub fn bind(address: SocketAddr, workers: usize) -> io::Result<Vec<TcpListener>> {
    if address.port() != 0 {
        // SO_REUSEPORT would silently join another gateway of the same user, so a plain bind asks first.
        drop(socket(address, false)?);
    }
    complete(vec![socket(address, true)?], workers)
}

/// As many as there are workers, beside those that there are already: they may come from another process of ours.
///
/// # Errors
/// When the address may not be bound.
pub fn complete(mut listeners: Vec<TcpListener>, workers: usize) -> io::Result<Vec<TcpListener>> {
    if let Some(first) = listeners.first() {
        let address = first.local_addr()?;
        for _ in listeners.len()..workers {
            listeners.push(socket(address, true)?);
        }
    }
    Ok(listeners)
}

fn socket(address: SocketAddr, shared: bool) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    socket.set_reuse_port(shared)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    if shared {
        socket.listen(BACKLOG)?;
    }
    Ok(socket.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workers_share_a_port_and_others_are_kept_out() {
        let any: SocketAddr = ([127, 0, 0, 1], 0).into();
        let ours = bind(any, 3).expect("binds");
        let port = ours[0].local_addr().expect("address").port();
        assert!(ours.iter().all(|listener| listener.local_addr().expect("address").port() == port));
        let taken = bind(([127, 0, 0, 1], port).into(), 2).expect_err("taken");
        assert_eq!(taken.kind(), io::ErrorKind::AddrInUse);
    }
}
