//! Connects to an upstream, with an end for one that stops reading: hyper's client would wait for it without end, and the
//! client of the request with it.
//!
//! Never resolves or chooses anything: hyper's connector does.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower::Service;
use witgate_wire::BoundedSilence;

/// How long an upstream may take nothing of what is ready for it.
const SILENCE: Duration = Duration::from_secs(60);

/// hyper's connector, with its streams bounded.
#[derive(Clone)]
pub struct Connector(HttpConnector);

impl Connector {
    /// Gives up connecting after `connect_timeout`.
    pub fn new(connect_timeout: Duration) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        connector.set_connect_timeout(Some(connect_timeout));
        Self(connector)
    }
}

type Connecting = Pin<Box<dyn Future<Output = Result<UpstreamStream, <HttpConnector as Service<Uri>>::Error>> + Send>>;

impl Service<Uri> for Connector {
    type Response = UpstreamStream;
    type Error = <HttpConnector as Service<Uri>>::Error;
    type Future = Connecting;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, address: Uri) -> Connecting {
        let connecting = self.0.call(address);
        Box::pin(async move { Ok(UpstreamStream::new(connecting.await?.into_inner())) })
    }
}

/// A connection to an upstream.
pub struct UpstreamStream(TokioIo<BoundedSilence<TcpStream>>);

impl UpstreamStream {
    fn new(stream: TcpStream) -> Self {
        Self(TokioIo::new(BoundedSilence::new(stream, SILENCE)))
    }
}

impl Connection for UpstreamStream {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

impl Read for UpstreamStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl Write for UpstreamStream {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.0.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write_vectored(context, slices)
    }
}
