//! The upstreams: names checked, URLs turned into host and port.
//!
//! Never connects to one.

use super::{names, urls};
use crate::config::model::Upstream;
use crate::config::written::WrittenUpstream;
use http::uri::Authority;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use witgate_settings::fault::Faults;
use witgate_settings::reader::at;

/// Every `[upstreams.NAME]` that can be meant. None may lead back to these listeners.
pub(super) fn upstreams(written: &[WrittenUpstream], listeners: &[SocketAddr], faults: &mut Faults) -> Vec<Upstream> {
    written.iter().filter_map(|upstream| one(upstream, listeners, faults)).collect()
}

fn one(written: &WrittenUpstream, listeners: &[SocketAddr], faults: &mut Faults) -> Option<Upstream> {
    names::check(&written.name, faults);
    let url = written.url.as_ref()?;
    let authority = urls::authority(url, faults)?;
    if listeners.iter().any(|listener| leads_to(&authority, *listener)) {
        let hint = "name the service behind it: each request would come back until there is no connection left";
        faults.push(at(url), format!("{:?} is a listener of this gateway", url.get_ref()), hint);
    }
    Some(Upstream {
        name: written.name.get_ref().as_str().into(),
        authority,
        connect_timeout: written.connect_timeout,
        response_timeout: written.response_timeout,
    })
}

/// As far as the configuration shows it: other names of this machine do not.
fn leads_to(authority: &Authority, listener: SocketAddr) -> bool {
    let port = authority.port_u16().unwrap_or(80);
    port == listener.port()
        && port != 0
        && addresses(authority.host()).iter().any(|address| is_at(*address, listener.ip()))
}

fn addresses(host: &str) -> Vec<IpAddr> {
    let host = host.trim_start_matches('[').trim_end_matches(']').trim_end_matches('.');
    let (v4, v6) = (IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST));
    if host.eq_ignore_ascii_case("localhost") {
        return vec![v4, v6];
    }
    match host.parse::<IpAddr>().map(|address| address.to_canonical()) {
        // Linux connects to the loopback there.
        Ok(address) if address.is_unspecified() => vec![if address.is_ipv4() { v4 } else { v6 }],
        Ok(address) => vec![address],
        Err(_) => Vec::new(),
    }
}

fn is_at(address: IpAddr, listener: IpAddr) -> bool {
    match listener {
        // A socket of IPv6 takes IPv4 too, as Linux is set up.
        IpAddr::V6(everywhere) if everywhere.is_unspecified() => address.is_loopback(),
        IpAddr::V4(everywhere) if everywhere.is_unspecified() => address.is_ipv4() && address.is_loopback(),
        one => address == one.to_canonical(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_same_socket_or_it_is_not() {
        let leads = |host: &str, listener: &str| leads_to(&host.parse().unwrap(), listener.parse().unwrap());
        for (host, listener) in [
            ("127.0.0.1:80", "127.0.0.1:80"),
            ("127.0.0.1", "127.0.0.1:80"),
            ("localhost:1", "127.0.0.1:1"),
            ("LocalHost.:1", "[::1]:1"),
            ("[::1]:1", "[::1]:1"),
            ("0.0.0.0:1", "127.0.0.1:1"),
            ("127.0.0.2:1", "0.0.0.0:1"),
            ("127.0.0.1:1", "[::]:1"),
            ("[::ffff:127.0.0.1]:1", "127.0.0.1:1"),
        ] {
            assert!(leads(host, listener), "{host} {listener}");
        }
        for (host, listener) in [
            ("127.0.0.1:2", "127.0.0.1:1"),
            ("127.0.0.2:1", "127.0.0.1:1"),
            ("[::1]:1", "0.0.0.0:1"),
            ("10.0.0.1:1", "0.0.0.0:1"),
            ("orders:1", "0.0.0.0:1"),
            ("localhost:1", "10.0.0.1:1"),
        ] {
            assert!(!leads(host, listener), "{host} {listener}");
        }
    }
}
