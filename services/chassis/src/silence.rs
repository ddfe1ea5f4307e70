//! An end for a connection whose client does not read. hyper waits for such a client without end, and it holds one of the
//! few places. Never reads or changes a byte, and never ends a client that takes anything at all in time.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

/// A stream whose writes fail with `TimedOut` when the client has taken nothing for `allowed`.
pub(crate) struct BoundedSilence<IO> {
    io: IO,
    allowed: Duration,
    /// Made at the first write that has to wait, and used again after it.
    timer: Option<Pin<Box<Sleep>>>,
    waiting: bool,
}

impl<IO> BoundedSilence<IO> {
    pub(crate) fn new(io: IO, allowed: Duration) -> Self {
        Self { io, allowed, timer: None, waiting: false }
    }

    fn written<T>(&mut self, context: &mut Context<'_>, polled: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if polled.is_ready() {
            self.waiting = false;
            return polled;
        }
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep(self.allowed)));
        if !self.waiting {
            timer.as_mut().reset(Instant::now() + self.allowed);
            self.waiting = true;
        }
        timer.as_mut().poll(context).map(|()| Err(io::Error::new(io::ErrorKind::TimedOut, "the client does not read")))
    }
}

impl<IO: AsyncRead + Unpin> AsyncRead for BoundedSilence<IO> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(context, buffer)
    }
}

impl<IO: AsyncWrite + Unpin> AsyncWrite for BoundedSilence<IO> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.io).poll_write(context, bytes);
        self.written(context, polled)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.io).poll_write_vectored(context, slices);
        self.written(context, polled)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
    use tokio::time::timeout;

    use super::*;

    const ALLOWED: Duration = Duration::from_millis(50);
    const GENEROUS: Duration = Duration::from_secs(1);
    const LONG: Duration = Duration::from_secs(30);

    #[tokio::test]
    async fn a_client_that_takes_nothing_ends() {
        let (_client, server) = duplex(64);
        let mut server = BoundedSilence::new(server, ALLOWED);
        server.write_all(&[0; 64]).await.expect("room");
        let error = timeout(LONG, server.write_all(&[0; 64])).await.expect("in time").expect_err("nobody reads");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn a_slow_client_that_takes_something_in_time_does_not() {
        let (mut client, server) = duplex(64);
        let mut server = BoundedSilence::new(server, GENEROUS);
        let writing = tokio::spawn(async move { server.write_all(&[0; 64 * 8]).await });
        let (began, mut ticks) = (Instant::now(), tokio::time::interval(GENEROUS / 6));
        for _ in 0..8 {
            ticks.tick().await;
            client.read_exact(&mut [0; 64]).await.expect("bytes");
        }
        writing.await.expect("no panic").expect("all was taken");
        assert!(began.elapsed() > GENEROUS, "in more time than one silence may last");
    }
}
