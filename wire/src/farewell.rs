//! The last connections of a listener that stops: those that the kernel has completed but nobody has accepted, and those
//! that have not said anything yet. To end them at once would look like a crash to their clients.
//!
//! Never waits for a connection that is not there yet.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};

/// How long a new connection may take to send its first bytes before a graceful shutdown begins: hyper takes one that has
/// sent nothing for unused, and ends it.
pub const FIRST_BYTES: Duration = Duration::from_millis(100);

/// Closes the listener; gives what waited in its queue. To close it with them in it would reset them.
pub fn last_in_queue(listener: TcpListener) -> Vec<(TcpStream, SocketAddr)> {
    // Asked directly: the runtime may not have heard of them yet. The listener stays non-blocking.
    let Ok(listener) = listener.into_std() else { return Vec::new() };
    let accepted = std::iter::from_fn(|| listener.accept().ok());
    let registered = accepted.filter_map(|(stream, peer)| {
        stream.set_nonblocking(true).ok()?;
        Some((TcpStream::from_std(stream).ok()?, peer))
    });
    registered.collect()
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    #[tokio::test]
    async fn who_waits_is_served_and_nobody_is_waited_for() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let mut client = TcpStream::connect(address).await.expect("completed by the kernel");
        let mut last = last_in_queue(listener);
        let (mut stream, peer) = last.pop().expect("the client");
        assert!(last.is_empty());
        assert_eq!(peer, client.local_addr().expect("an address"));
        stream.write_all(b"bye").await.expect("the client is there");
        drop(stream);
        let mut said = String::new();
        client.read_to_string(&mut said).await.expect("an orderly end");
        assert_eq!(said, "bye");
        TcpStream::connect(address).await.expect_err("the listener is closed");
    }
}
