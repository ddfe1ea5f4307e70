//! Which addresses keys may come from: https, or http to loopback, or http where the operator said so; and no private
//! address as long as the operator did not allow it.
//!
//! Never resolves a name: `localhost` counts as loopback, and what another name leads to is judged by `names`.

use std::net::IpAddr;

use url::{Host, Url};

use crate::reach::{self, Place};

/// What the operator allows beyond https to the public internet and anything to loopback.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Allowances {
    /// http to an address that is not loopback.
    pub http: bool,
    /// Addresses of private networks, and names that lead to them or to this machine.
    pub private: bool,
}

/// What is wrong with an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressFault {
    /// No http or https, no host, or credentials in it.
    #[error("the address is not http or https with a host and without credentials")]
    Shape,
    /// http to a host that is not loopback, without the allowance.
    #[error("the address is plain http to a host that is not loopback")]
    PlainHttp,
    /// A literal address of a private network, without the allowance.
    #[error("the address is in a private network; allow-private = true accepts that")]
    Private,
    /// A literal address that no allowance covers.
    #[error("the address is unspecified, multicast, reserved, or a cloud's metadata service")]
    Never,
}

impl Allowances {
    /// Judges one address before anything is sent to it.
    ///
    /// # Errors
    /// What is wrong with it, the shape first.
    pub fn judge(self, address: &Url) -> Result<(), AddressFault> {
        let Some(host) = address.host() else { return Err(AddressFault::Shape) };
        if !address.username().is_empty() || address.password().is_some() {
            return Err(AddressFault::Shape);
        }
        match address.scheme() {
            "https" => {}
            "http" if self.http || is_loopback(&host) => {}
            "http" => return Err(AddressFault::PlainHttp),
            _ => return Err(AddressFault::Shape),
        }
        literal(&host).map_or(Ok(()), |literal| self.judge_literal(literal))
    }

    /// A loopback address that the operator wrote is meant; a private one may be an oversight.
    fn judge_literal(self, address: IpAddr) -> Result<(), AddressFault> {
        match reach::place(address) {
            Place::Public | Place::Loopback => Ok(()),
            Place::Private if self.private => Ok(()),
            Place::Private => Err(AddressFault::Private),
            Place::Never => Err(AddressFault::Never),
        }
    }
}

fn literal(host: &Host<&str>) -> Option<IpAddr> {
    match host {
        Host::Domain(_) => None,
        Host::Ipv4(address) => Some(IpAddr::V4(*address)),
        Host::Ipv6(address) => Some(IpAddr::V6(*address)),
    }
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => is_localhost(name),
        _ => literal(host).is_some_and(|address| reach::place(address) == Place::Loopback),
    }
}

/// The one name that means this machine by itself.
pub(crate) fn is_localhost(name: &str) -> bool {
    name.eq_ignore_ascii_case("localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(address: &str, http: bool, private: bool) -> Result<(), AddressFault> {
        Allowances { http, private }.judge(&address.parse().expect("a URL"))
    }

    #[test]
    fn plain_http_is_for_loopback() {
        for address in ["https://id.example.com/k", "http://127.0.0.1:1/k", "http://[::1]/k", "http://localhost/k"] {
            assert_eq!(judged(address, false, false), Ok(()), "{address}");
        }
        for address in ["http://id.example.com", "http://1.1.1.1", "http://localhost.example.com", "http://localhost."]
        {
            assert_eq!(judged(address, false, false), Err(AddressFault::PlainHttp), "{address}");
            assert_eq!(judged(address, true, false), Ok(()), "{address}");
        }
    }

    #[test]
    fn odd_addresses_are_refused() {
        for address in
            ["ftp://127.0.0.1/k", "file:///etc/passwd", "https://user@id.example.com", "http://:pw@127.0.0.1"]
        {
            assert_eq!(judged(address, true, true), Err(AddressFault::Shape), "{address}");
        }
    }

    #[test]
    fn private_literals_need_an_allowance_in_every_spelling() {
        for address in [
            "https://10.0.0.1/k",
            "https://0xa.1/k",
            "https://167772161/k",
            "https://[::ffff:10.0.0.1]/k",
            "https://[fd00::1]/k",
            "https://192.168.0.1:8443/k",
        ] {
            assert_eq!(judged(address, false, false), Err(AddressFault::Private), "{address}");
            assert_eq!(judged(address, false, true), Ok(()), "{address}");
        }
    }

    #[test]
    fn no_allowance_covers_the_metadata_service() {
        for address in ["https://169.254.169.254/k", "https://[::ffff:a9fe:a9fe]/k", "https://0.0.0.0", "https://[::]/"]
        {
            assert_eq!(judged(address, true, true), Err(AddressFault::Never), "{address}");
        }
    }
}
