//! A TCP relay in front of the auth nodes, as a load balancer is: it leads to the first node that takes a connection, and
//! a test can cut it. Cut, it loses nothing: it keeps what comes until it may go on, as a network that is down does.
//! Never looks into what it carries.

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// Bytes that are carried at once.
const CHUNK_BYTES: usize = 16 * 1024;

/// The relay; it carries until it is dropped.
pub struct Relay {
    url: String,
    way: watch::Sender<Way>,
    server: JoinHandle<()>,
}

/// Where it leads, and whether anything may pass now.
#[derive(Clone, Default)]
struct Way {
    nodes: Vec<String>,
    is_cut: bool,
}

impl Relay {
    /// Listens on a free port of loopback; connections wait until [`Relay::leads_to`] says where they go.
    pub async fn start() -> Relay {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let way = watch::Sender::new(Way { nodes: Vec::new(), is_cut: true });
        let server = tokio::spawn(serve(listener, way.subscribe()));
        Relay { url, way, server }
    }

    /// Where it listens, such as `http://127.0.0.1:40123`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// From now on it leads to the first of these that takes a connection.
    pub fn leads_to(&self, nodes: &[&str]) {
        let nodes = nodes.iter().map(|url| url.trim_start_matches("http://").to_owned()).collect();
        self.way.send_replace(Way { nodes, is_cut: false });
    }

    /// Nothing passes any more, on no connection.
    pub fn cut(&self) {
        self.way.send_modify(|way| way.is_cut = true);
    }

    /// Everything passes again, what waited first.
    pub fn mend(&self) {
        self.way.send_modify(|way| way.is_cut = false);
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn serve(listener: TcpListener, way: watch::Receiver<Way>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        connections.spawn(carry(stream, way.clone()));
        while connections.try_join_next().is_some() {}
    }
}

/// One connection. Its end at one side is its end at the other.
async fn carry(client: TcpStream, mut way: watch::Receiver<Way>) -> std::io::Result<()> {
    let nodes = open(&mut way).await?.nodes;
    let Some(node) = first_of(&nodes).await else { return Ok(()) };
    let ((client_in, client_out), (node_in, node_out)) = (client.into_split(), node.into_split());
    let (there, back) = (pass(client_in, node_out, way.clone()), pass(node_in, client_out, way));
    tokio::select! { ended = there => ended, ended = back => ended }
}

async fn first_of(nodes: &[String]) -> Option<TcpStream> {
    for node in nodes {
        if let Ok(stream) = TcpStream::connect(node).await {
            return Some(stream);
        }
    }
    None
}

async fn pass(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut way: watch::Receiver<Way>,
) -> std::io::Result<()> {
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        let length = from.read(&mut chunk).await?;
        open(&mut way).await?;
        if length == 0 {
            return to.shutdown().await;
        }
        to.write_all(&chunk[..length]).await?;
    }
}

/// Waits until something may pass.
async fn open(way: &mut watch::Receiver<Way>) -> std::io::Result<Way> {
    let open = way.wait_for(|way| !way.is_cut).await.map_err(std::io::Error::other)?;
    Ok(open.clone())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{Document, raw};

    /// Far longer than an answer over loopback takes.
    const SILENCE: Duration = Duration::from_millis(300);

    const GET: &[u8] = b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";

    #[tokio::test]
    async fn what_is_cut_off_arrives_when_it_is_mended() {
        let (relay, document) = (Relay::start().await, Document::serve("{\"here\":true}".to_owned()).await);
        let document_at = document.url().trim_end_matches("/document.json");
        relay.leads_to(&["http://127.0.0.1:1", document_at]);
        assert!(raw::exchange(relay.url(), GET).await.contains("here"), "the first node is not there");
        relay.cut();
        let mut asked = Box::pin(raw::exchange(relay.url(), GET));
        assert!(tokio::time::timeout(SILENCE, &mut asked).await.is_err(), "nothing passes");
        assert_eq!(document.asked(), 1);
        relay.mend();
        assert!(asked.await.contains("here"));
    }
}
