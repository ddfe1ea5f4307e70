//! Deadlines on silence: they run only while one side gives nothing, or takes nothing.
//!
//! Never limits the whole duration: a slow but living transfer may go on. Never reads or changes a byte.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use smallvec::SmallVec;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

use crate::alarm::Alarm;

/// A message up to this size, in bytes, is written in one piece: to copy it costs less than to have the system gather it.
const JOINED_BYTES: usize = 2048;

/// Runs from the first moment in which nothing moved.
pub struct SilenceDeadline {
    limit: Duration,
    alarm: Alarm,
    since: Option<Instant>,
}

impl SilenceDeadline {
    /// Allows this much silence.
    pub fn new(limit: Duration) -> Self {
        Self { limit, alarm: Alarm::default(), since: None }
    }

    /// Something moved.
    pub fn stop(&mut self) {
        self.since = None;
    }

    /// Nothing moved; ready when that has gone on for too long.
    pub fn poll_silence(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let since = *self.since.get_or_insert_with(Instant::now);
        self.alarm.poll_at(since + self.limit, context)
    }
}

/// A stream whose writes fail with `TimedOut` when its peer has taken nothing for a while: hyper waits for such a client
/// without end, and it holds one of the few places.
pub struct BoundedSilence<IO> {
    io: IO,
    write: SilenceDeadline,
}

impl<IO> BoundedSilence<IO> {
    /// Allows this much silence of a peer that ought to read.
    pub fn new(io: IO, allowed: Duration) -> Self {
        Self { io, write: SilenceDeadline::new(allowed) }
    }

    fn written<T>(&mut self, context: &mut Context<'_>, polled: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if polled.is_ready() {
            self.write.stop();
            return polled;
        }
        self.write.poll_silence(context).map(|()| Err(stopped_reading()))
    }
}

/// The one slice that has any bytes, if it is one.
fn alone<'s>(slices: &'s [io::IoSlice<'_>]) -> Option<&'s [u8]> {
    let mut some = slices.iter().filter(|slice| !slice.is_empty());
    some.next().filter(|_| some.next().is_none()).map(|alone| &**alone)
}

/// The bytes of a small message in one piece, on the stack.
fn joined(slices: &[io::IoSlice<'_>]) -> Option<SmallVec<[u8; JOINED_BYTES]>> {
    if slices.iter().map(|slice| slice.len()).sum::<usize>() > JOINED_BYTES {
        return None;
    }
    let mut joined = SmallVec::new();
    slices.iter().for_each(|slice| joined.extend_from_slice(slice));
    Some(joined)
}

fn stopped_reading() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, "the client stopped reading")
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
        let polled = if let Some(alone) = alone(slices) {
            Pin::new(&mut self.io).poll_write(context, alone)
        } else if let Some(joined) = joined(slices) {
            Pin::new(&mut self.io).poll_write(context, &joined)
        } else {
            Pin::new(&mut self.io).poll_write_vectored(context, slices)
        };
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

    #[test]
    fn small_messages_are_joined_and_large_ones_gathered() {
        let large = [b'x'; JOINED_BYTES];
        let written = |slices: &[&[u8]]| {
            let slices: Vec<io::IoSlice<'_>> = slices.iter().map(|slice| io::IoSlice::new(slice)).collect();
            (alone(&slices).map(<[u8]>::to_vec), joined(&slices).map(|joined| joined.to_vec()))
        };
        assert_eq!(written(&[b"head ", b"", b"body"]), (None, Some(b"head body".to_vec())));
        assert_eq!(written(&[b"head ", &large[5..]]).1.map(|joined| joined.len()), Some(JOINED_BYTES));
        assert_eq!(written(&[b"head ", &large]), (None, None));
        assert_eq!(written(&[b"", &[b'y'; JOINED_BYTES + 1]]), (Some(vec![b'y'; JOINED_BYTES + 1]), None));
        assert_eq!(written(&[]), (None, Some(vec![])));
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_takes_nothing_ends() {
        let (_client, server) = duplex(64);
        let mut server = BoundedSilence::new(server, ALLOWED);
        server.write_all(&[0; 64]).await.expect("room");
        let error = timeout(LONG, server.write_all(&[0; 64])).await.expect("in time").expect_err("nobody reads");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test(start_paused = true)]
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
