//! A deadline on request heads that hyper does not set: from a head's first byte to its last.
//!
//! hyper's own timer also runs while a kept-alive connection is idle, so it serves as the idle limit. Never reads or
//! changes a byte.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

/// Counts the heads that were completed and the answers that ended, so that the stream knows when a head has begun.
#[derive(Clone, Default)]
pub(super) struct Progress(Arc<Counts>);

#[derive(Default)]
struct Counts {
    heads: AtomicU64,
    answers: AtomicU64,
}

/// Counts an answer when it is dropped: with its body's last byte, or with the connection.
pub(super) struct Answering(Arc<Counts>);

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.answers.fetch_add(1, Ordering::Relaxed);
    }
}

impl Progress {
    /// A head is complete; its request lasts as long as what this gives back.
    pub(super) fn begin(&self) -> Answering {
        self.0.heads.fetch_add(1, Ordering::Relaxed);
        Answering(Arc::clone(&self.0))
    }

    fn heads(&self) -> u64 {
        self.0.heads.load(Ordering::Relaxed)
    }

    fn answering(&self) -> bool {
        self.heads() != self.0.answers.load(Ordering::Relaxed)
    }
}

/// A stream whose reads fail with `TimedOut` when a head takes too long.
pub(super) struct HeadDeadline<IO> {
    io: IO,
    progress: Progress,
    allowed: Duration,
    head: Timer,
    /// how many heads were complete when the head timer was started
    head_after: u64,
}

impl<IO> HeadDeadline<IO> {
    pub(super) fn new(io: IO, allowed: Duration, progress: Progress) -> Self {
        Self { io, progress, allowed, head: Timer::default(), head_after: 0 }
    }

    /// Bytes came while no request was being answered: a head has begun, unless it had before.
    fn head_byte(&mut self) {
        let heads = self.progress.heads();
        if !self.head.running || self.head_after != heads {
            self.head.start(self.allowed);
            self.head_after = heads;
        }
    }

    /// Whether a head has begun and is still incomplete.
    fn in_head(&self) -> bool {
        self.head.running && self.head_after == self.progress.heads()
    }
}

impl<IO: AsyncRead + Unpin> AsyncRead for HeadDeadline<IO> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.io).poll_read(context, buffer);
        if self.progress.answering() {
            self.head.running = false;
            return polled;
        }
        match polled {
            Poll::Ready(result) => {
                if buffer.filled().len() > before {
                    self.head_byte();
                }
                Poll::Ready(result)
            }
            Poll::Pending if self.in_head() => self.head.poll(context).map(|()| Err(too_slow())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl<IO: AsyncWrite + Unpin> AsyncWrite for HeadDeadline<IO> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(context)
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
}

fn too_slow() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, "the request head took too long")
}

/// A timer that is made on first use and reused after it.
#[derive(Default)]
struct Timer {
    sleep: Option<Pin<Box<Sleep>>>,
    running: bool,
}

impl Timer {
    fn start(&mut self, span: Duration) {
        let deadline = Instant::now() + span;
        self.sleep.get_or_insert_with(|| Box::pin(sleep(span))).as_mut().reset(deadline);
        self.running = true;
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        self.sleep.as_mut().map_or(Poll::Pending, |sleep| sleep.as_mut().poll(context))
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
    use tokio::time::timeout;

    use super::*;

    const HEAD: Duration = Duration::from_secs(10);
    const LONG: Duration = Duration::from_secs(100);

    fn pair() -> (DuplexStream, HeadDeadline<DuplexStream>, Progress) {
        let (client, server) = duplex(64);
        let progress = Progress::default();
        (client, HeadDeadline::new(server, HEAD, progress.clone()), progress)
    }

    async fn read_one(server: &mut HeadDeadline<DuplexStream>) -> usize {
        server.read(&mut [0_u8; 8]).await.expect("bytes")
    }

    #[tokio::test(start_paused = true)]
    async fn a_dripping_head_ends_and_an_idle_connection_does_not() {
        let (mut client, mut server, _progress) = pair();
        assert!(timeout(LONG, server.read(&mut [0_u8; 8])).await.is_err(), "nothing was sent, so no head has begun");
        client.write_all(b"G").await.expect("write");
        assert_eq!(read_one(&mut server).await, 1);
        let error = server.read(&mut [0_u8; 8]).await.expect_err("the head never ends");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_given_at_once_leaves_no_timer_behind() {
        let (mut client, mut server, progress) = pair();
        client.write_all(b"GET").await.expect("write");
        assert_eq!(read_one(&mut server).await, 3);
        drop(progress.begin());
        assert!(timeout(LONG, server.read(&mut [0_u8; 8])).await.is_err(), "idle after its answer");
        client.write_all(b"G").await.expect("write");
        assert_eq!(read_one(&mut server).await, 1);
        let late = timeout(HEAD / 2, server.read(&mut [0_u8; 8])).await;
        assert!(late.is_err(), "the second head has its own full time");
    }

    #[tokio::test(start_paused = true)]
    async fn bytes_during_an_answer_are_no_head() {
        let (mut client, mut server, progress) = pair();
        client.write_all(b"POST").await.expect("write");
        assert_eq!(read_one(&mut server).await, 4);
        let answering = progress.begin();
        client.write_all(b"body").await.expect("write");
        assert_eq!(read_one(&mut server).await, 4);
        assert!(timeout(LONG, server.read(&mut [0_u8; 8])).await.is_err(), "a served request has its own deadlines");
        drop(answering);
    }
}
