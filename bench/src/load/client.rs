//! One connection of the load. Never has two requests under way, and never understands more of HTTP than the answers of
//! the benchmark need: a status line and `Content-Length`.

use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use mio::net::TcpStream;

/// Headers of one answer.
const HEADERS: usize = 64;

/// One connection.
pub struct Client {
    /// the socket, to be registered
    pub stream: TcpStream,
    /// since when its request is under way, or was due
    pub since: Option<Instant>,
    /// bytes of a head that is not complete
    head: Vec<u8>,
    /// bytes of the body that are still to come, once the head is there
    left: Option<usize>,
}

impl Client {
    /// Connects, and waits for that.
    ///
    /// # Errors
    /// When nobody listens there.
    pub fn connect(address: SocketAddr) -> Result<Self> {
        let stream = std::net::TcpStream::connect(address).with_context(|| format!("connect to {address}"))?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        Ok(Self { stream: TcpStream::from_std(stream), since: None, head: Vec::new(), left: None })
    }

    /// Sends a request.
    ///
    /// # Errors
    /// When the socket does not take it at once: it is a few hundred bytes on an idle connection.
    pub fn send(&mut self, request: &[u8], since: Instant) -> Result<()> {
        let sent = self.stream.write(request).context("send a request")?;
        if sent < request.len() {
            bail!("the socket took {sent} of {} bytes of a request", request.len());
        }
        self.since = Some(since);
        Ok(())
    }

    /// Reads what is there: since when the answered request was under way, or nothing where the answer goes on.
    ///
    /// # Errors
    /// For an answer with another status, one that is not understood, and the end of the connection.
    pub fn receive(&mut self, buffer: &mut [u8], status: u16) -> Result<Option<Instant>> {
        loop {
            match self.stream.read(buffer) {
                Ok(0) => bail!("the connection was closed"),
                Ok(read) => {
                    if self.take(&buffer[..read], status)? {
                        return Ok(self.since.take());
                    }
                    if read < buffer.len() {
                        return Ok(None);
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(None),
                Err(error) => return Err(error).context("read an answer"),
            }
        }
    }

    /// Whether the answer is complete.
    fn take(&mut self, bytes: &[u8], status: u16) -> Result<bool> {
        let left = match self.left {
            Some(left) => left.checked_sub(bytes.len()),
            None if self.head.is_empty() => self.begin(bytes, status)?,
            None => {
                let whole = [self.head.as_slice(), bytes].concat();
                self.head.clear();
                self.begin(&whole, status)?
            }
        };
        let Some(left) = left else { bail!("more bytes than the answer has") };
        let complete = self.head.is_empty() && left == 0;
        self.left = (self.head.is_empty() && !complete).then_some(left);
        Ok(complete)
    }

    /// How much of the body is left; the head is kept where it is not complete, and nothing is left to say.
    fn begin(&mut self, bytes: &[u8], status: u16) -> Result<Option<usize>> {
        let mut headers = [httparse::EMPTY_HEADER; HEADERS];
        let mut response = httparse::Response::new(&mut headers);
        let httparse::Status::Complete(end) = response.parse(bytes).context("read the head of an answer")? else {
            self.head.extend_from_slice(bytes);
            return Ok(Some(0));
        };
        if response.code != Some(status) {
            let text = String::from_utf8_lossy(bytes);
            bail!("expected {status}, and the answer was: {}", text.lines().take(20).collect::<Vec<_>>().join(" | "));
        }
        let length = response.headers.iter().find(|header| header.name.eq_ignore_ascii_case("content-length"));
        let length = length.and_then(|header| std::str::from_utf8(header.value).ok()?.parse::<usize>().ok());
        Ok(length.context("an answer without a Content-Length")?.checked_sub(bytes.len() - end))
    }
}
