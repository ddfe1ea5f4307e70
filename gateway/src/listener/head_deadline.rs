//! The deadlines of a client's connection between two answers: on a head, from its first byte to its last, and on the time
//! in which nothing comes at all.
//!
//! hyper has one timer for both, which it makes anew for each head. Never reads or changes a byte.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;
use witgate_wire::Alarm;

use crate::body::progress::Progress;
use crate::config::Limits;

/// A stream whose reads fail with `TimedOut` when a head takes too long, and that ends when nothing comes for too long.
pub(super) struct HeadDeadline<IO> {
    io: IO,
    progress: Progress,
    head: Duration,
    idle: Duration,
    /// for the rest of an upload whose answer has ended
    upload: Duration,
    alarm: Alarm,
    begun: Option<Begun>,
}

/// A head that has begun.
struct Begun {
    /// how many heads were complete before: with the next one it is over
    after: u64,
    /// when there was first nothing more to be read; to read the clock for a head that comes whole would be in vain
    since: Option<Instant>,
}

impl<IO> HeadDeadline<IO> {
    pub(super) fn new(io: IO, limits: &Limits, progress: Progress) -> Self {
        let (head, idle) = (limits.header_timeout, limits.idle_timeout);
        Self { io, progress, head, idle, upload: limits.request_timeout, alarm: Alarm::default(), begun: None }
    }

    /// Bytes came that belong to no known request: a head has begun, unless it had before.
    fn head_byte(&mut self) {
        let after = self.progress.heads();
        if self.begun.as_ref().is_none_or(|begun| begun.after != after) {
            self.begun = Some(Begun { after, since: None });
        }
    }

    /// Nothing is there to be read.
    fn poll_wait(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.progress.is_answering() {
            // hyper does not read again when the answer has ended, so somebody must wake it to see that nothing comes.
            self.alarm.keep_waking(self.idle, context);
            return Poll::Pending;
        }
        if self.progress.is_busy() {
            // The answer has ended, and with it the time that the whole request had.
            return self
                .alarm
                .poll_at(self.progress.idle_since() + self.upload, context)
                .map(|()| Err(too_slow_upload()));
        }
        let heads = self.progress.heads();
        match self.begun.as_mut().filter(|begun| begun.after == heads) {
            Some(begun) => {
                let due = *begun.since.get_or_insert_with(Instant::now) + self.head;
                self.alarm.poll_at(due, context).map(|()| Err(too_slow()))
            }
            // Between two heads the end of the stream is a good end.
            None => self.alarm.poll_at(self.progress.idle_since() + self.idle, context).map(|()| Ok(())),
        }
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
        if polled.is_pending() {
            return self.poll_wait(context);
        }
        if buffer.filled().len() > before && !self.progress.is_busy() {
            self.head_byte();
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

fn too_slow_upload() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, "the rest of the request's body took too long")
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use bytes::Bytes;
    use http::Response;
    use http_body_util::Full;
    use hyper::server::conn::http1;
    use hyper::service::service_fn;
    use hyper_util::rt::TokioIo;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
    use tokio::time::timeout;

    use super::*;
    use crate::body::held::Held;

    const HEAD: Duration = Duration::from_secs(10);
    const LONG: Duration = Duration::from_secs(100);
    const IDLE: Duration = Duration::from_secs(1000);

    fn pair() -> (DuplexStream, HeadDeadline<DuplexStream>, Progress) {
        let (client, server) = duplex(4096);
        let progress = Progress::default();
        let limits = Limits { header_timeout: HEAD, idle_timeout: IDLE, request_timeout: LONG, ..Limits::default() };
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

    /// hyper asks for bytes only when it has a reason to.
    #[tokio::test(start_paused = true)]
    async fn hyper_ends_an_idle_connection_whatever_happened_before() {
        for (waited, answered_in) in
            [(0, 1), (1, 1500), (999, 2), (500, 2500)].map(|(a, b)| (LONG / 100 * a, LONG / 100 * b))
        {
            let (mut client, server, progress) = pair();
            let service = service_fn(move |_| {
                let answering = progress.begin();
                async move {
                    tokio::time::sleep(answered_in).await;
                    Ok::<_, Infallible>(Response::new(Held::new(Full::<Bytes>::from("x"), answering)))
                }
            });
            let serving =
                http1::Builder::new().header_read_timeout(None).serve_connection(TokioIo::new(server), service);
            let serving = tokio::spawn(serving);
            tokio::time::sleep(waited).await;
            client.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.expect("sent");
            let mut answer = [0; 4096];
            let read = client.read(&mut answer).await.expect("an answer");
            assert!(answer[..read].starts_with(b"HTTP/1.1 200"));
            let began = Instant::now();
            while timeout(LONG * 100, client.read(&mut answer)).await.expect("an end").expect("no failure") > 0 {}
            assert_eq!(
                began.elapsed().as_secs(),
                IDLE.as_secs(),
                "asked after {waited:?}, answered in {answered_in:?}"
            );
            serving.await.expect("no panic").expect("a good end");
        }
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
    async fn an_upload_that_outlasts_its_answer_has_the_time_of_a_request() {
        let (mut client, mut server, progress) = pair();
        client.write_all(b"POST").await.expect("write");
        assert_eq!(read_one(&mut server).await, 4);
        let (answering, uploading) = (progress.begin(), progress.upload());
        assert!(timeout(LONG, server.read(&mut [0_u8; 8])).await.is_err(), "a served request has its own deadlines");
        drop(answering);
        let began = Instant::now();
        let dripping = async {
            while began.elapsed() < LONG * 2 {
                client.write_all(b"x").await.expect("write");
                tokio::time::sleep(HEAD / 2).await;
            }
        };
        let reading = async {
            loop {
                match server.read(&mut [0_u8; 8]).await {
                    Ok(count) => assert_eq!(count, 1),
                    Err(error) => break error.kind(),
                }
            }
        };
        let (kind, ()) = tokio::join!(reading, dripping);
        assert_eq!(kind, io::ErrorKind::TimedOut);
        drop(uploading);
        assert!(!progress.is_busy());
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
