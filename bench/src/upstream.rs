//! The service behind every gateway of a comparison: it answers any `GET` at once, with a body as long as the last
//! segment of the path says (`0`, `1k`, `64k`, `1m`), or, for `seen`, with the headers that matter. Never the thing that
//! is measured: one thread, two system calls for a request, nothing allocated on the way.

use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use memchr::memmem;
use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token};

/// The bodies by the last segment of a path, and their lengths in bytes.
pub const BODIES: [(&str, usize); 4] = [("0", 0), ("1k", 1 << 10), ("64k", 1 << 16), ("1m", 1 << 20)];

/// The path whose answer shows what the upstream was given.
pub const SEEN: &str = "seen";

/// The headers that [`SEEN`] shows.
pub const SHOWN_HEADERS: [&str; 2] = ["x-identity-subject", "authorization"];

/// The longest request head, in bytes.
const HEAD_BYTES: usize = 16 * 1024;
const HEADERS: usize = 100;
const EVENTS: usize = 1024;
/// How long it looks for requests without sleeping: whoever asks should not pay for waking it.
const AWAKE: Duration = Duration::from_millis(50);
const LISTENER: Token = Token(usize::MAX);

/// Serves for ever.
///
/// # Errors
/// When the address is taken or the system gives no events.
pub fn serve(address: SocketAddr) -> Result<()> {
    let mut listener = TcpListener::bind(address).with_context(|| format!("bind {address}"))?;
    let mut poll = Poll::new()?;
    poll.registry().register(&mut listener, LISTENER, Interest::READABLE)?;
    let answers: Vec<(&str, Vec<u8>)> = BODIES.iter().map(|(name, length)| (*name, answer(&body(*length)))).collect();
    let mut connections: Vec<Option<Connection>> = Vec::new();
    let mut events = Events::with_capacity(EVENTS);
    let mut idle_since = Instant::now();
    loop {
        let is_awake = idle_since.elapsed() < AWAKE;
        if let Err(error) = poll.poll(&mut events, is_awake.then_some(Duration::ZERO))
            && error.kind() != io::ErrorKind::Interrupted
        {
            return Err(error).context("wait for events");
        }
        if events.is_empty() {
            std::thread::yield_now();
        } else {
            idle_since = Instant::now();
        }
        for event in &events {
            if event.token() == LISTENER {
                accept(&listener, &poll, &mut connections)?;
            } else if let Some(place) = connections.get_mut(event.token().0)
                && place.as_mut().is_some_and(|connection| connection.progress(&answers).is_err())
            {
                *place = None;
            }
        }
    }
}

fn accept(listener: &TcpListener, poll: &Poll, connections: &mut Vec<Option<Connection>>) -> Result<()> {
    while let Ok((mut stream, _)) = listener.accept() {
        stream.set_nodelay(true)?;
        let free = connections.iter().position(Option::is_none).unwrap_or(connections.len());
        poll.registry().register(&mut stream, Token(free), Interest::READABLE | Interest::WRITABLE)?;
        let connection = Connection { stream, input: vec![0; HEAD_BYTES], filled: 0, output: Vec::new(), sent: 0 };
        match connections.get_mut(free) {
            Some(place) => *place = Some(connection),
            None => connections.push(Some(connection)),
        }
    }
    Ok(())
}

fn body(length: usize) -> Vec<u8> {
    let text = format!("{{\"data\":\"{}\"}}", "x".repeat(length.saturating_sub(11)));
    text.into_bytes().into_iter().take(length).collect()
}

fn answer(body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

struct Connection {
    stream: TcpStream,
    input: Vec<u8>,
    filled: usize,
    /// what is left to be sent where an answer did not fit at once
    output: Vec<u8>,
    sent: usize,
}

impl Connection {
    /// An error ends the connection.
    fn progress(&mut self, answers: &[(&str, Vec<u8>)]) -> io::Result<()> {
        self.flush()?;
        loop {
            let room = self.input.get_mut(self.filled..).unwrap_or_default();
            let asked = room.len();
            match self.stream.read(room) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(read) => {
                    self.filled += read;
                    self.answer(answers)?;
                    if read < asked {
                        return Ok(());
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            }
        }
    }

    fn answer(&mut self, answers: &[(&str, Vec<u8>)]) -> io::Result<()> {
        while let Some(end) = memmem::find(&self.input[..self.filled], b"\r\n\r\n").map(|at| at + 4) {
            let name = last_segment(&self.input[..end]);
            let answer =
                answers.iter().find(|(known, _)| name == known.as_bytes()).map(|(_, answer)| answer.as_slice());
            let shown = if answer.is_none() { seen(&self.input[..end]) } else { Vec::new() };
            self.send(answer.unwrap_or(&shown))?;
            self.input.copy_within(end..self.filled, 0);
            self.filled -= end;
        }
        if self.filled == self.input.len() { Err(io::ErrorKind::InvalidData.into()) } else { Ok(()) }
    }

    fn send(&mut self, answer: &[u8]) -> io::Result<()> {
        let sent = if self.sent < self.output.len() { 0 } else { written(&mut self.stream, answer)? };
        self.output.extend_from_slice(&answer[sent..]);
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.sent < self.output.len() {
            self.sent += written(&mut self.stream, &self.output[self.sent..])?;
        }
        if self.sent == self.output.len() {
            self.output.clear();
            self.sent = 0;
        }
        Ok(())
    }
}

/// How much the socket took before it was full.
fn written(stream: &mut TcpStream, bytes: &[u8]) -> io::Result<usize> {
    let mut sent = 0;
    while sent < bytes.len() {
        match stream.write(&bytes[sent..]) {
            Ok(more) => sent += more,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
            Err(error) => return Err(error),
        }
    }
    Ok(sent)
}

fn last_segment(head: &[u8]) -> &[u8] {
    let target = head.split(|byte| *byte == b' ').nth(1).unwrap_or_default();
    target.rsplit(|byte| *byte == b'/').next().unwrap_or_default()
}

fn seen(head: &[u8]) -> Vec<u8> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    let _ = request.parse(head);
    let values = SHOWN_HEADERS.map(|name| {
        let same = request.headers.iter().filter(|header| header.name.eq_ignore_ascii_case(name));
        let values: Vec<_> = same.map(|header| String::from_utf8_lossy(header.value).into_owned()).collect();
        (name.to_owned(), values.into())
    });
    answer(serde_json::Value::Object(values.into_iter().collect()).to_string().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_have_their_lengths_and_are_json() {
        for (_, length) in BODIES {
            let body = body(length);
            assert_eq!(body.len(), length);
            assert!(length == 0 || serde_json::from_slice::<serde_json::Value>(&body).is_ok());
        }
    }

    #[test]
    fn what_was_seen_is_told_value_by_value() {
        let head = b"GET /rs256/seen HTTP/1.1\r\nX-Identity-Subject: a\r\nx-identity-subject: b\r\n\r\n";
        assert_eq!(last_segment(head), b"seen");
        let text = String::from_utf8(seen(head)).expect("text");
        assert!(text.ends_with(r#"{"authorization":[],"x-identity-subject":["a","b"]}"#), "{text}");
    }
}
