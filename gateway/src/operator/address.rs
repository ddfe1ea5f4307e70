//! Where an admin listener is asked: what the operator names, or what a gateway.toml says.
//!
//! Never another protocol than plain http, which is what it speaks.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, ToSocketAddrs as _};
use std::path::Path;
use std::time::Duration;

use super::OperatorError;
use crate::config;

/// An admin listener's address, as it was named and as it is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminAddress {
    named: String,
    /// a name may have several; there is at least one
    addresses: Vec<SocketAddr>,
}

impl AdminAddress {
    /// Of `HOST:PORT`; a leading `http://` is good, too. Blocks: a name is looked up.
    ///
    /// # Errors
    /// When it is none, or the name has no address.
    pub fn named(given: &str) -> Result<Self, OperatorError> {
        let wrong = |why: String| OperatorError::Named { given: given.to_owned(), why };
        let bare = given.strip_prefix("http://").unwrap_or(given);
        let bare = bare.strip_suffix('/').unwrap_or(bare);
        let port = bare.rsplit_once(':').and_then(|(host, port)| (!host.is_empty()).then(|| port.parse::<u16>()));
        if !matches!(port, Some(Ok(1..))) || bare.contains('/') {
            return Err(wrong("an admin address is HOST:PORT, such as 127.0.0.1:8081".to_owned()));
        }
        let addresses: Vec<SocketAddr> = bare.to_socket_addrs().map_err(|error| wrong(error.to_string()))?.collect();
        if addresses.is_empty() {
            Err(wrong("the name has no address".to_owned()))
        } else {
            Ok(Self::new(bare, addresses))
        }
    }

    /// Of a gateway.toml, whatever else is wrong with that file.
    ///
    /// # Errors
    /// When it names none that can be asked.
    pub fn of(path: &Path) -> Result<Self, OperatorError> {
        let none = || OperatorError::NoAddress(path.display().to_string());
        let draft = config::read(path).and_then(|text| config::draft(path, text)).map_err(|_| none())?;
        let address = draft.config().admin.filter(|address| address.port() != 0).ok_or_else(none)?;
        let address = SocketAddr::new(reachable(address.ip()), address.port());
        Ok(Self::new(&address.to_string(), vec![address]))
    }

    fn new(named: &str, addresses: Vec<SocketAddr>) -> Self {
        Self { named: named.to_owned(), addresses }
    }

    /// Connects to the first of its addresses that takes the connection, each within this time.
    pub(super) fn connect(&self, within: Duration) -> io::Result<(SocketAddr, TcpStream)> {
        let mut failed = io::Error::other("there is no address");
        for address in &self.addresses {
            match TcpStream::connect_timeout(address, within) {
                Ok(stream) => return Ok((*address, stream)),
                Err(error) => failed = error,
            }
        }
        Err(failed)
    }
}

impl fmt::Display for AdminAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.named)
    }
}

fn reachable(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(any) if any.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(any) if any.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        given => given,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_addresses_are_taken_with_or_without_http() {
        for good in ["127.0.0.1:8081", "http://127.0.0.1:8081", "http://127.0.0.1:8081/"] {
            let address = AdminAddress::named(good).expect(good);
            assert_eq!((address.to_string().as_str(), address.addresses.len()), ("127.0.0.1:8081", 1));
        }
        assert!(AdminAddress::named("[::1]:8081").is_ok());
        let local = AdminAddress::named("localhost:8081").expect("every machine has it");
        assert!(local.addresses.iter().all(|address| address.ip().is_loopback() && address.port() == 8081));
        for bad in ["127.0.0.1", "localhost", "https://127.0.0.1:1", "127.0.0.1:0", ":8081", "127.0.0.1:1/traces", ""] {
            let refused = AdminAddress::named(bad).expect_err(bad).to_string();
            assert!(refused.contains("HOST:PORT"), "{refused}");
        }
    }

    #[test]
    fn the_first_address_that_answers_is_asked() {
        let open = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let there = open.local_addr().expect("an address");
        let closed = std::net::TcpListener::bind("127.0.0.1:0").and_then(|one| one.local_addr()).expect("a port");
        let address = AdminAddress::new("both", vec![closed, there]);
        assert_eq!(address.connect(Duration::from_secs(5)).expect("one answers").0, there);
    }
}
