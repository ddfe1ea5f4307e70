//! The upstreams: names checked, URLs turned into host and port.
//!
//! Never connects to one.

use super::{names, urls};
use crate::config::model::Upstream;
use crate::config::written::WrittenUpstream;
use http::uri::Authority;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
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
    let host = authority.host().trim_start_matches('[').trim_end_matches(']');
    let address = if host == "localhost" { Some(IpAddr::V4(Ipv4Addr::LOCALHOST)) } else { host.parse().ok() };
    let is_here = |address: IpAddr| {
        let everywhere = listener.ip().is_unspecified() && (address.is_loopback() || address.is_unspecified());
        address == listener.ip() || everywhere
    };
    let port = authority.port_u16().unwrap_or(80);
    port == listener.port() && port != 0 && address.is_some_and(is_here)
}
