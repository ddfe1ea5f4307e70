//! A port that is known before its program listens, or where nobody shall. Never listens itself, and never gives the port to anybody else.

use std::net::{Ipv4Addr, SocketAddr};

use socket2::{Domain, Socket, Type};

/// A port of loopback that nobody is given while this is there. Only a program that asks for this very one and reuses
/// addresses gets it: all of ours do, and so does PostgreSQL.
#[derive(Debug)]
pub struct Reserved {
    /// Bound, and never listening: else nobody could bind it as well.
    socket: Socket,
}

impl Reserved {
    /// Takes a free port.
    pub fn any() -> Reserved {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
        socket.set_reuse_address(true).expect("an option of every socket");
        socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()).expect("a free port");
        Reserved { socket }
    }

    /// `127.0.0.1:PORT`.
    pub fn address(&self) -> SocketAddr {
        self.socket.local_addr().ok().and_then(|address| address.as_socket()).expect("it is bound")
    }
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use super::*;

    #[test]
    fn whoever_asks_for_it_may_listen_there() {
        let reserved = Reserved::any();
        let address = reserved.address();
        TcpStream::connect(address).expect_err("nobody listens yet");
        let listener = TcpListener::bind(address).expect("it was kept");
        TcpStream::connect(address).expect("a connection");
        listener.accept().expect("the same");
        TcpListener::bind(address).expect_err("it is taken now");
        drop(reserved);
        TcpStream::connect(address).expect("it still listens");
    }
}
