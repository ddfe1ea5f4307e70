//! Who is at the other end of a client's connection, in the forms in which each request needs it.
//!
//! Never taken from anything that the client sent.

use std::net::IpAddr;

use http::HeaderValue;

/// A client's address.
#[derive(Debug, Clone)]
pub struct Peer {
    /// with IPv4 as such, also where the listener is of IPv6
    pub ip: IpAddr,
    /// the same, for `X-Forwarded-For`
    pub header: HeaderValue,
}

impl Peer {
    /// Of a connection from this address.
    pub fn new(address: IpAddr) -> Self {
        let ip = address.to_canonical();
        Self { ip, header: HeaderValue::from_str(&ip.to_string()).expect("an IP address is visible ASCII") }
    }
}
