//! A lingering close: after the last answer the rest of an unread request is thrown away for a while, as otherwise the
//! kernel would reset the connection and the client might never read that answer (RFC 9112 section 9.6).
//!
//! Never holds a connection longer than `SPAN`, and never hands a byte of the rest to anybody.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// How long the rest of a request is thrown away.
const SPAN: Duration = Duration::from_secs(2);
/// How much of it is, in bytes.
const MOST: usize = 16 * 1024 * 1024;
/// How much is thrown away at once, in bytes.
const SCRATCH: usize = 8 * 1024;

/// A stream that lingers when it is shut down.
pub struct Lingering<IO> {
    io: IO,
    /// since the write half was shut down
    timer: Option<Pin<Box<Sleep>>>,
    thrown_away: usize,
}

impl<IO> Lingering<IO> {
    /// Lingers over `io`. Its shutdown takes up to two seconds, or until the peer has ended.
    pub fn new(io: IO) -> Self {
        Self { io, timer: None, thrown_away: 0 }
    }
}

impl<IO: AsyncRead + Unpin> Lingering<IO> {
    /// Ready when the peer has ended, or enough was thrown away.
    fn throw_away(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let mut scratch = [0; SCRATCH];
        while self.thrown_away < MOST {
            let mut buffer = ReadBuf::new(&mut scratch);
            match Pin::new(&mut self.io).poll_read(context, &mut buffer) {
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => self.thrown_away += buffer.filled().len(),
                Poll::Ready(_) => return Poll::Ready(()),
                Poll::Pending => {
                    return self.timer.as_mut().map_or(Poll::Ready(()), |timer| timer.as_mut().poll(context));
                }
            }
        }
        Poll::Ready(())
    }
}

impl<IO: AsyncRead + Unpin> AsyncRead for Lingering<IO> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(context, buffer)
    }
}

impl<IO: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Lingering<IO> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.timer.is_none() {
            ready!(Pin::new(&mut self.io).poll_shutdown(context))?;
            self.timer = Some(Box::pin(sleep(SPAN)));
        }
        self.throw_away(context).map(Ok)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
    use tokio::time::Instant;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_rest_is_read_until_the_peer_ends() {
        let (mut client, server) = duplex(16);
        let closing = tokio::spawn(async move { Lingering::new(server).shutdown().await });
        client.write_all(&[0; 200]).await.expect("somebody still reads");
        assert_eq!(client.read(&mut [0; 1]).await.expect("an end"), 0, "the answer has ended");
        drop(client);
        closing.await.expect("no panic").expect("closed");
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_stays_is_left() {
        let (_client, server) = duplex(16);
        let began = Instant::now();
        Lingering::new(server).shutdown().await.expect("closed");
        assert!(began.elapsed() >= SPAN && began.elapsed() < SPAN * 2);
    }
}
