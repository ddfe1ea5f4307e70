//! What the two processes say: one line that names the sockets, each socket with one byte, that the new one serves, and
//! whether the old one then goes.
//!
//! Never reads more than the line may hold, and never waits without a deadline.

use std::io::{self, IoSlice, IoSliceMut, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener};
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use rustix_net::cmsg_space;
use rustix_net::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags,
    recvmsg, sendmsg, sockopt,
};
use serde::{Deserialize, Serialize};

use super::{Bound, Handed};

/// The version of what is said; processes of different versions do not understand each other.
const VERSION: u32 = 2;
/// The longest first line, in bytes.
const LINE_BYTES: usize = 64 * 1024;
/// The most sockets that are taken.
const MOST_SOCKETS: usize = 16 * 1024;
/// How long each read and write may wait.
const PATIENCE: Duration = Duration::from_secs(10);
/// The byte that goes with a socket.
const SOCKET: u8 = b'.';
/// What the new process says once it serves.
const SERVING: u8 = b's';
/// What the old process answers when it drains now.
const DRAINS: u8 = b'd';
/// What it says when it waited for long enough, and serves on.
const SERVES_ON: u8 = b'o';

/// The first line.
#[derive(Serialize, Deserialize)]
struct Line {
    version: u32,
    listeners: Vec<(SocketAddr, usize)>,
    admin: Option<(SocketAddr, usize)>,
}

/// Bounds every wait, and makes sure that the other side is a process of the same user.
pub(super) fn begin(stream: &UnixStream) -> io::Result<()> {
    stream.set_nonblocking(false)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let peer = sockopt::get_socket_peercred(stream)?.uid.as_raw();
    let own = rustix::process::geteuid().as_raw();
    if peer == own { Ok(()) } else { Err(io::Error::other(format!("the other process is of user {peer}, not {own}"))) }
}

pub(super) fn send(mut stream: &UnixStream, handed: &Handed) -> io::Result<()> {
    let counted = |bound: &Bound| (bound.address, bound.sockets.len());
    let line = Line {
        version: VERSION,
        listeners: handed.listeners.iter().map(counted).collect(),
        admin: handed.admin.as_ref().map(counted),
    };
    let mut text = serde_json::to_vec(&line)?;
    text.push(b'\n');
    stream.write_all(&text)?;
    let sockets = handed.listeners.iter().chain(&handed.admin).flat_map(|bound| &bound.sockets);
    sockets.into_iter().try_for_each(|socket| send_socket(stream, socket))
}

fn send_socket(stream: &UnixStream, socket: &TcpListener) -> io::Result<()> {
    let descriptors = [socket.as_fd()];
    let mut space = [0; cmsg_space!(ScmRights(1))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    if !control.push(SendAncillaryMessage::ScmRights(&descriptors)) {
        return Err(io::Error::other("no room for a descriptor"));
    }
    sendmsg(stream, &[IoSlice::new(&[SOCKET])], &mut control, SendFlags::NOSIGNAL)?;
    Ok(())
}

pub(super) fn receive(stream: &UnixStream) -> io::Result<Handed> {
    let line: Line = serde_json::from_slice(&read_line(stream)?)?;
    if line.version != VERSION {
        return Err(io::Error::other(format!("the running process speaks version {}, not {VERSION}", line.version)));
    }
    let counts = line.listeners.iter().chain(&line.admin).map(|(_, count)| *count);
    if counts.fold(0, usize::saturating_add) > MOST_SOCKETS {
        return Err(io::Error::other(format!("more than {MOST_SOCKETS} sockets")));
    }
    let bound = |(address, count): (SocketAddr, usize)| {
        let sockets = (0..count).map(|_| receive_socket(stream)).collect::<io::Result<_>>()?;
        Ok::<_, io::Error>(Bound { address, sockets })
    };
    let listeners = line.listeners.into_iter().map(bound).collect::<io::Result<_>>()?;
    Ok(Handed { listeners, admin: line.admin.map(bound).transpose()? })
}

/// Byte by byte: what follows carries descriptors, which a larger read would lose.
fn read_line(mut stream: &UnixStream) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    let mut byte = [0];
    while line.len() < LINE_BYTES {
        stream.read_exact(&mut byte)?;
        if byte == [b'\n'] {
            return Ok(line);
        }
        line.extend(byte);
    }
    Err(io::Error::other(format!("a first line of more than {LINE_BYTES} bytes")))
}

fn receive_socket(stream: &UnixStream) -> io::Result<TcpListener> {
    let mut byte = [0];
    let mut space = [0; cmsg_space!(ScmRights(1))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    recvmsg(stream, &mut [IoSliceMut::new(&mut byte)], &mut control, RecvFlags::CMSG_CLOEXEC)?;
    let mut found: Option<OwnedFd> = None;
    for message in control.drain() {
        if let RecvAncillaryMessage::ScmRights(descriptors) = message {
            found = descriptors.last().or(found);
        }
    }
    match found {
        Some(descriptor) if byte == [SOCKET] => Ok(TcpListener::from(descriptor)),
        _ => Err(io::Error::other("the running process sent no socket where one belongs")),
    }
}

/// What becomes of the process before this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Before {
    /// it heard that this one serves
    Drains,
    /// it ended without a word, or is about to
    Gone,
}

/// Says that this process serves, and waits for the answer. A fault means that the other one serves on.
pub(super) fn say_serving(mut stream: &UnixStream) -> io::Result<Before> {
    // The other end may be closed already; what it said before that can still be read.
    let _ = stream.write_all(&[SERVING]);
    let answer = match read_byte(stream) {
        Err(error) if is_timeout(&error) => {
            // From here on an answer fails on the other side, which then serves on. One that came just now still counts.
            stream.shutdown(Shutdown::Read)?;
            read_byte(stream).map_err(|_| error)
        }
        answer => answer,
    };
    match answer {
        Ok(DRAINS) => Ok(Before::Drains),
        Ok(_) => Err(io::Error::other("the running process waited no longer, and serves on")),
        Err(error) if is_timeout(&error) => Err(io::Error::other("the running process does not answer")),
        Err(_) => Ok(Before::Gone),
    }
}

/// Waits until the new process serves, and answers that this one drains: only who is sure of that answer lets go.
pub(super) fn hear_serving(mut stream: &UnixStream, patience: Duration) -> io::Result<()> {
    stream.set_read_timeout(Some(patience))?;
    match read_byte(stream)? {
        SERVING => stream.write_all(&[DRAINS]),
        _ => Err(io::Error::other("the new process said something else")),
    }
}

/// Tells a new process that came too late.
pub(super) fn say_serves_on(mut stream: &UnixStream) {
    let _nobody_there = stream.write_all(&[SERVES_ON]);
}

fn read_byte(mut stream: &UnixStream) -> io::Result<u8> {
    let mut byte = [0];
    stream.read_exact(&mut byte)?;
    Ok(byte[0])
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}
