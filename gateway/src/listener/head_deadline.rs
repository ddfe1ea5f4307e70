//! The deadlines of a client's connection between two answers: on a head, from its first byte to its last, and on the time
//! in which nothing comes at all.
//!
//! hyper has one timer for both, which it makes anew for each head. Never reads or changes a byte.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;
use witgate_wire::Alarm;

use crate::config::Limits;

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

/// A stream whose reads fail with `TimedOut` when a head takes too long, and that ends when nothing comes for too long.
pub(super) struct HeadDeadline<IO> {
    io: IO,
    progress: Progress,
    head: Duration,
    idle: Duration,
    alarm: Alarm,
    wait: Option<Wait>,
}

/// What a connection waits for, between two answers.
struct Wait {
    /// how many heads were complete when it began: with the next one it is over
    after: u64,
    /// when there was first nothing to be read; to read the clock for a head that comes whole would be in vain
    since: Option<Instant>,
    /// whether a head has begun
    in_head: bool,
}

impl<IO> HeadDeadline<IO> {
    pub(super) fn new(io: IO, limits: &Limits, progress: Progress) -> Self {
        let (head, idle) = (limits.header_timeout, limits.idle_timeout);
        Self { io, progress, head, idle, alarm: Alarm::default(), wait: None }
    }

    /// The wait as it stands. It begins anew with the first byte of a head.
    fn wait(&mut self, has_bytes: bool) -> &mut Wait {
        let after = self.progress.heads();
        let goes_on = |wait: &Wait| wait.after == after && (wait.in_head || !has_bytes);
        if !self.wait.as_ref().is_some_and(goes_on) {
            self.wait = None;
        }
        self.wait.get_or_insert(Wait { after, since: None, in_head: has_bytes })
    }

    /// Nothing is there to be read.
    fn poll_wait(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let (head, idle) = (self.head, self.idle);
        let Wait { since, in_head, .. } = self.wait(false);
        let (since, in_head) = (*since.get_or_insert_with(Instant::now), *in_head);
        let due = since + if in_head { head } else { idle };
        // Between two heads the end of the stream is a good end.
        self.alarm.poll_at(due, context).map(|()| if in_head { Err(too_slow()) } else { Ok(()) })
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
            return polled;
        }
        if polled.is_pending() {
            return self.poll_wait(context);
        }
        if buffer.filled().len() > before {
            self.wait(true);
        }
        polled
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

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
    use tokio::time::timeout;

    use super::*;

    const HEAD: Duration = Duration::from_secs(10);
    const LONG: Duration = Duration::from_secs(100);
    const IDLE: Duration = Duration::from_secs(1000);

    fn pair() -> (DuplexStream, HeadDeadline<DuplexStream>, Progress) {
        let (client, server) = duplex(64);
        let progress = Progress::default();
        let limits = Limits { header_timeout: HEAD, idle_timeout: IDLE, ..Limits::default() };
        (client, HeadDeadline::new(server, &limits, progress.clone()), progress)
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
    async fn a_connection_that_stays_idle_ends_well() {
        let (mut client, mut server, progress) = pair();
        client.write_all(b"GET").await.expect("write");
        assert_eq!(read_one(&mut server).await, 3);
        let answering = progress.begin();
        assert!(timeout(LONG, server.read(&mut [0_u8; 8])).await.is_err(), "a served request is not idle");
        drop(answering);
        let began = Instant::now();
        assert_eq!(server.read(&mut [0_u8; 8]).await.expect("no failure"), 0);
        assert_eq!(began.elapsed().as_secs(), IDLE.as_secs());
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
