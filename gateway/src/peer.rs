//! Where a request comes from, in the forms in which each request needs it: the other end of the connection, or what a
//! proxy that is trusted says.
//!
//! Never taken from anything that anyone else sent.

use std::net::{IpAddr, SocketAddr};

use http::{HeaderMap, HeaderName, HeaderValue};
use witgate_wire::TrustedProxies;

/// How the client reached the first of us (de facto; every proxy that ends TLS can set it).
pub const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// A client's address.
#[derive(Debug, Clone)]
pub struct Peer {
    /// with IPv4 as such, also where the listener is of IPv6
    pub ip: IpAddr,
    /// the same, for `X-Forwarded-For`
    pub header: HeaderValue,
    /// whether it came by TLS, as a trusted proxy says
    pub is_secure: bool,
}

impl Peer {
    /// Of a connection from this address.
    pub fn new(address: IpAddr) -> Self {
        let ip = address.to_canonical();
        let header = HeaderValue::from_str(&ip.to_string()).expect("an IP address is visible ASCII");
        Self { ip, header, is_secure: false }
    }

    /// Whose request it is that came from here: another's, where this is a proxy that is trusted.
    #[must_use]
    pub fn behind(&self, proxies: &TrustedProxies, headers: &HeaderMap) -> Self {
        if proxies.is_empty() || !proxies.trusts(self.ip) {
            return self.clone();
        }
        let client = proxies.client(SocketAddr::new(self.ip, 0), headers);
        Self { is_secure: is_secure(headers), ..Self::new(client) }
    }
}

/// What a proxy says of the scheme: once, and in one word, or it counts as nothing.
fn is_secure(headers: &HeaderMap) -> bool {
    let mut said = headers.get_all(FORWARDED_PROTO).iter();
    said.next().is_some_and(|one| one.as_bytes().eq_ignore_ascii_case(b"https")) && said.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(said: &[(&'static str, &'static str)]) -> HeaderMap {
        let named = |(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value));
        let mut headers = HeaderMap::new();
        said.iter().copied().map(named).for_each(|(name, value)| {
            headers.append(name, value);
        });
        headers
    }

    fn behind(peer: &str, networks: &[&str], said: &[(&'static str, &'static str)]) -> (String, bool) {
        let (proxies, faults) = TrustedProxies::read(networks.iter().copied());
        assert_eq!(faults, []);
        let peer = Peer::new(peer.parse().unwrap()).behind(&proxies, &headers(said));
        assert_eq!(peer.header, peer.ip.to_string());
        (peer.ip.to_string(), peer.is_secure)
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        let said = [("x-forwarded-for", "203.0.113.1, 198.51.100.9"), ("x-forwarded-proto", "https")];
        let ours = ["10.0.0.0/8"];
        assert_eq!(behind("10.0.0.1", &ours, &said), ("198.51.100.9".to_owned(), true));
        assert_eq!(behind("::ffff:10.0.0.1", &ours, &said), ("198.51.100.9".to_owned(), true));
        assert_eq!(behind("192.0.2.1", &ours, &said), ("192.0.2.1".to_owned(), false));
        assert_eq!(behind("10.0.0.1", &[], &said), ("10.0.0.1".to_owned(), false));
        assert_eq!(behind("10.0.0.1", &ours, &[]), ("10.0.0.1".to_owned(), false));
    }

    #[test]
    fn a_scheme_counts_when_it_is_one_word() {
        let is_secure = |said: &[&'static str]| {
            let said: Vec<_> = said.iter().map(|said| ("x-forwarded-proto", *said)).collect();
            behind("10.0.0.1", &["10.0.0.0/8"], &said).1
        };
        assert!(is_secure(&["https"]) && is_secure(&["HTTPS"]));
        for said in [&["http"][..], &["https, http"], &["wss"], &["https", "http"], &["https", "https"]] {
            assert!(!is_secure(said), "{said:?}");
        }
    }
}
