//! Connects to an upstream, with an end for one that stops reading: hyper's client would wait for it without end, and the
//! client of the request with it.
//!
//! Never resolves or chooses anything: hyper's connector does.

use std::error::Error;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use http::uri::Scheme;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tower::ServiceExt;
use witgate_wire::BoundedSilence;

use crate::config::Upstream;

/// How long an upstream may take nothing of what is ready for it.
const SILENCE: Duration = Duration::from_secs(60);

/// A stream to the upstream, within its `connect-timeout-ms`; the look-up of its name is part of that.
///
/// # Errors
/// When the name leads nowhere, or none of its addresses takes the connection in time.
pub async fn connect(upstream: &Upstream) -> Result<UpstreamStream, Box<dyn Error + Send + Sync>> {
    let limit = upstream.connect_timeout;
    let late = |_| format!("no connection within {} ms", limit.as_millis());
    timeout(limit, connected(upstream)).await.map_err(late)?
}

async fn connected(upstream: &Upstream) -> Result<UpstreamStream, Box<dyn Error + Send + Sync>> {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    // Each of several addresses gets a share of the time.
    connector.set_connect_timeout(Some(upstream.connect_timeout));
    let parts = Uri::builder().scheme(Scheme::HTTP).authority(upstream.authority.clone()).path_and_query("/");
    let stream = connector.oneshot(parts.build()?).await?;
    Ok(UpstreamStream(TokioIo::new(BoundedSilence::new(stream.into_inner(), SILENCE))))
}

/// A connection to an upstream.
pub struct UpstreamStream(TokioIo<BoundedSilence<TcpStream>>);

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
