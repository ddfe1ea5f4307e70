//! Where a request comes from: the other end of the connection, or what `X-Forwarded-For` says when that end is a proxy
//! that we trust. Never believes the header of anyone else.

use std::net::{IpAddr, SocketAddr};

use http::HeaderMap;
use ipnet::IpNet;

const X_FORWARDED_FOR: &str = "x-forwarded-for";
/// Most proxies one behind the other. The walk ends there: a longer list is no chain of ours.
const MAX_HOPS: usize = 16;

/// Most networks of trusted proxies: each request may be compared with all.
const MAX_NETWORKS: usize = 100;

/// The networks whose `X-Forwarded-For` is believed. Nobody's by default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

/// What is wrong with a written list of networks.
#[derive(Debug, PartialEq, Eq)]
pub struct NetworkFault {
    /// which one of them it is about, unless it is the whole list
    pub place: Option<usize>,
    /// what is wrong
    pub message: String,
    /// what to write instead
    pub hint: String,
}

impl TrustedProxies {
    /// These networks. Write IPv4 networks as such: an address like `::ffff:10.0.0.1` counts as `10.0.0.1`.
    pub fn new(networks: Vec<IpNet>) -> TrustedProxies {
        TrustedProxies(networks)
    }

    /// Networks as a configuration has them, such as `10.0.0.0/8`, and every fault of theirs.
    pub fn read<'w>(written: impl ExactSizeIterator<Item = &'w str>) -> (TrustedProxies, Vec<NetworkFault>) {
        let mut faults = Vec::new();
        if written.len() > MAX_NETWORKS {
            let hint = "each request is compared with all: write fewer and larger ones".to_owned();
            faults.push(NetworkFault { place: None, message: format!("more than {MAX_NETWORKS} networks"), hint });
        }
        let mut networks = Vec::new();
        for (place, text) in written.enumerate() {
            match network(text) {
                Ok(network) => networks.push(network),
                Err((message, hint)) => faults.push(NetworkFault { place: Some(place), message, hint }),
            }
        }
        (TrustedProxies(networks), faults)
    }

    /// Whether nobody is believed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The caller's address. `peer` is the other end of the connection. The header is walked from the right, over
    /// trusted proxies, to the first address that is none; what cannot be read ends the walk at the proxy that said it.
    pub fn client(&self, peer: SocketAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.ip().to_canonical();
        for said in said(headers).take(MAX_HOPS) {
            if !self.trusts(client) {
                break;
            }
            let Some(before) = address(said) else { break };
            client = before;
        }
        client
    }

    /// Whether what this address says is believed.
    pub fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// One network, or what is wrong with it and what to write instead.
fn network(written: &str) -> Result<IpNet, (String, String)> {
    let fault = |what: &str, hint: String| (format!("{written:?} {what}"), hint);
    let Ok(network) = written.parse::<IpNet>() else {
        let hint = match written.parse::<IpAddr>() {
            Ok(address) => format!("for this one address write {:?}", IpNet::from(address).to_string()),
            Err(_) => "an address and the length of its prefix, such as \"10.0.0.0/8\" or \"fd00::/8\"".to_owned(),
        };
        return Err(fault("is no network", hint));
    };
    if let IpNet::V6(v6) = network
        && let Some(mapped) = v6.addr().to_ipv4_mapped()
    {
        let prefix = v6.prefix_len().saturating_sub(96);
        return Err(fault(
            "is of IPv4",
            format!("write {:?}: addresses are compared in their own family", format!("{mapped}/{prefix}")),
        ));
    }
    if network.prefix_len() == 0 {
        let hint = "name the addresses of your proxies: anyone else could claim any address";
        return Err(fault("is everyone", hint.to_owned()));
    }
    if network.trunc() != network {
        return Err(fault("has bits after its prefix", format!("did you mean {:?}?", network.trunc().to_string())));
    }
    Ok(network)
}

/// The header's items, the last one first. Several headers are one list (RFC 9110 section 5.3). Bytes, because a client
/// may have begun a line with what is no text, and a proxy have added to it.
fn said(headers: &HeaderMap) -> impl Iterator<Item = &[u8]> {
    let lines: Vec<_> = headers.get_all(X_FORWARDED_FOR).iter().collect();
    lines.into_iter().rev().flat_map(|line| line.as_bytes().rsplit(|&byte| byte == b','))
}

/// An address, alone or with a port, as proxies write it.
fn address(item: &[u8]) -> Option<IpAddr> {
    let item = std::str::from_utf8(item).ok()?.trim_matches([' ', '\t']);
    let bracketed = item.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let alone = match bracketed {
        Some(inner) => inner.parse().ok().map(IpAddr::V6),
        None => item.parse().ok(),
    };
    alone.or_else(|| item.parse::<SocketAddr>().ok().map(|address| address.ip())).map(|ip| ip.to_canonical())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    fn proxies() -> TrustedProxies {
        TrustedProxies::new(vec!["10.0.0.0/8".parse().unwrap(), "2001:db8:aa::/48".parse().unwrap()])
    }

    fn client(peer: &str, lines: &[&[u8]]) -> String {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(X_FORWARDED_FOR, HeaderValue::from_bytes(line).unwrap());
        }
        let peer = SocketAddr::new(peer.parse().unwrap(), 4711);
        proxies().client(peer, &headers).to_string()
    }

    #[track_caller]
    fn check(peer: &str, lines: &[&str], expected: &str) {
        let bytes: Vec<&[u8]> = lines.iter().map(|line| line.as_bytes()).collect();
        assert_eq!(client(peer, &bytes), expected, "{peer} says {lines:?}");
    }

    #[test]
    fn what_is_written_is_a_network_of_somebody() {
        let faults = |written: &[&str]| {
            let (_, faults) = TrustedProxies::read(written.iter().copied());
            faults.into_iter().map(|fault| (fault.place, fault.message)).collect::<Vec<_>>()
        };
        assert_eq!(faults(&["10.0.0.0/8", "fd00::/8", "192.0.2.1/32"]), []);
        let mapped = "::ffff:10.0.0.0/104";
        assert_eq!(faults(&["10.0.0.0/8", mapped]), [(Some(1), format!("{mapped:?} is of IPv4"))]);
        assert_eq!(faults(&["::/0"]), [(Some(0), "\"::/0\" is everyone".to_owned())]);
        assert_eq!(faults(&["10.0.0.0/8"; MAX_NETWORKS]), []);
        assert_eq!(faults(&["10.0.0.0/8"; MAX_NETWORKS + 1]), [(None, "more than 100 networks".to_owned())]);
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        check("192.0.2.1", &[], "192.0.2.1");
        check("192.0.2.1", &["198.51.100.9"], "192.0.2.1");
        check("10.0.0.1", &[], "10.0.0.1");
        check("10.0.0.1", &["198.51.100.9"], "198.51.100.9");
        check("::ffff:10.0.0.1", &["198.51.100.9"], "198.51.100.9");
        check("2001:db8:aa::1", &["2001:db8::7"], "2001:db8::7");
        let nobody = TrustedProxies::default();
        let mut headers = HeaderMap::new();
        headers.insert(X_FORWARDED_FOR, HeaderValue::from_static("198.51.100.9"));
        assert_eq!(nobody.client("127.0.0.1:1".parse().unwrap(), &headers).to_string(), "127.0.0.1");
    }

    #[test]
    fn the_walk_goes_from_the_right_over_trusted_ones() {
        check("10.0.0.1", &["203.0.113.1, 198.51.100.9, 10.0.0.2"], "198.51.100.9");
        check("10.0.0.1", &["203.0.113.1", "198.51.100.9 ,\t10.0.0.2"], "198.51.100.9");
        check("10.0.0.1", &["198.51.100.9", "10.0.0.3", "10.0.0.2"], "198.51.100.9");
        check("10.0.0.1", &["10.0.0.9, 10.0.0.2"], "10.0.0.9");
    }

    #[test]
    fn garbage_ends_the_walk_at_who_said_it() {
        for garbage in ["", "unknown", "_hidden", "198.51.100.9.1", "198.51.100.9:x", "[198.51.100.9]", "::1]", "1;2"] {
            check("10.0.0.1", &[&format!("198.51.100.9, {garbage}, 10.0.0.2")], "10.0.0.2");
            check("10.0.0.1", &[garbage], "10.0.0.1");
        }
        assert_eq!(client("10.0.0.1", &[b"198.51.100.9", b"\xff", b"10.0.0.2"]), "10.0.0.2");
        let long = vec!["10.0.0.2"; MAX_HOPS].join(", ");
        check("10.0.0.1", &[&format!("198.51.100.9, {long}")], "10.0.0.2");
    }

    #[test]
    fn proxies_may_write_ports() {
        check("10.0.0.1", &["198.51.100.9:5000"], "198.51.100.9");
        check("10.0.0.1", &["[2001:db8::7]:5000"], "2001:db8::7");
        check("10.0.0.1", &["[2001:db8::7]"], "2001:db8::7");
    }

    proptest! {
        #[test]
        fn what_a_client_writes_first_never_changes_what_the_proxy_adds(
            forged in proptest::collection::vec(32..=255_u8, 0..60), peer in any::<[u8; 3]>(), real in any::<[u8; 4]>(),
        ) {
            let real = IpAddr::from(real);
            prop_assume!(!proxies().trusts(real));
            let peer = SocketAddr::from(([10, peer[0], peer[1], peer[2]], 1));
            let mut line: Vec<u8> = forged.into_iter().filter(|&byte| byte != 127).collect();
            line.extend(format!(", {real}").into_bytes());
            let mut headers = HeaderMap::new();
            headers.append(X_FORWARDED_FOR, HeaderValue::from_bytes(&line).unwrap());
            prop_assert_eq!(proxies().client(peer, &headers), real);
        }

        #[test]
        fn no_bytes_make_it_panic(line in proptest::collection::vec(32..=255_u8, 0..80)) {
            if let Ok(line) = HeaderValue::from_bytes(&line) {
                let headers = HeaderMap::from_iter([(http::HeaderName::from_static(X_FORWARDED_FOR), line)]);
                proxies().client("10.0.0.1:1".parse().unwrap(), &headers);
            }
        }
    }
}
