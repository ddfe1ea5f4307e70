//! Where a key comes from, and its text: `claim:sub=alice`, `peer=192.0.2.0/24`.
//!
//! Never one text for two callers: the text says its source, so a subject that is called like a network is not that
//! network.
use std::net::IpAddr;

use ipnet::IpNet;
use witgate_plugin::{claims, contract, request};

use crate::config::{Prefixes, WrittenSource};

const IPV4_BITS: u8 = 32;
const IPV6_BITS: u8 = 128;
/// Parts of a header's name that say that its value is a credential: those of gateway/src/policy/secrecy.rs, by which
/// traces hide one. A header has no `_`.
const CREDENTIAL_NAMES: [&str; 12] = [
    "auth",
    "cookie",
    "token",
    "secret",
    "passw",
    "api-key",
    "apikey",
    "session",
    "credential",
    "signature",
    "csrf",
    "assertion",
];

/// One source, checked.
#[derive(Debug)]
pub struct Source {
    written: WrittenSource,
    /// what its texts begin with
    label: String,
}

/// A source's name, and what the request has there.
#[derive(Debug, PartialEq, Eq)]
pub struct Found<'a> {
    pub label: &'a str,
    pub value: String,
}

/// Checks the key `from`; `is_hashed` says that nobody reads a value in the header.
pub fn compile(written: Vec<WrittenSource>, is_hashed: bool) -> Result<Vec<Source>, String> {
    if written.is_empty() {
        return Err("from: must name at least one source".into());
    }
    if let Some(index) = written.iter().position(|source| matches!(source, WrittenSource::Peer(_)))
        && index + 1 < written.len()
    {
        return Err(format!("from[{}]: is never reached, for each request has a peer; put `peer` last", index + 1));
    }
    let compile = |(index, written)| Source::compile(written, is_hashed).map_err(|why| format!("from[{index}].{why}"));
    written.into_iter().enumerate().map(compile).collect()
}

impl Source {
    /// What the request under way has there. Lists, objects and empty texts are no keys.
    pub fn find(&self) -> Option<Found<'_>> {
        let value = match &self.written {
            WrittenSource::Claim(name) => claims::value(name)?.to_text(),
            WrittenSource::Attribute(name) => request::attribute(name),
            WrittenSource::Header(name) => request::sole_header(name).ok()?,
            WrittenSource::Peer(prefixes) => network(&request::peer_address(), *prefixes),
        };
        let value = value.filter(|value| !value.is_empty())?;
        Some(Found { label: &self.label, value })
    }

    fn compile(written: WrittenSource, is_hashed: bool) -> Result<Self, String> {
        let named = |kind: &str, name: &str| match name {
            "" => Err(format!("{kind}: must not be empty")),
            name => Ok(format!("{kind}:{name}")),
        };
        let label = match &written {
            WrittenSource::Claim(name) => named("claim", name)?,
            WrittenSource::Attribute(name) => named("attribute", name)?,
            WrittenSource::Header(name) => header(name, is_hashed).map_err(|why| format!("header: {why}"))?,
            WrittenSource::Peer(prefixes) => bounded(*prefixes).map(|()| "peer".to_owned())?,
        };
        Ok(Self { written, label })
    }
}

/// A credential in a header that is made to be read, and logged, would be handed on in clear.
fn header(name: &str, is_hashed: bool) -> Result<String, String> {
    let name = contract::readable_header(name)?;
    if !is_hashed && CREDENTIAL_NAMES.iter().any(|part| name.contains(part)) {
        return Err(format!(
            "`{name}` holds a credential, which the rate key would show; name what was checked, such as \
             {{ attribute = \"api-key.id\" }}, or set `hash-key`"
        ));
    }
    Ok(format!("header:{name}"))
}

fn bounded(prefixes: Prefixes) -> Result<(), String> {
    match prefixes {
        Prefixes { ipv4, .. } if ipv4 > IPV4_BITS => Err(format!("peer.ipv4: {ipv4} bits; an address has {IPV4_BITS}")),
        Prefixes { ipv6, .. } if ipv6 > IPV6_BITS => Err(format!("peer.ipv6: {ipv6} bits; an address has {IPV6_BITS}")),
        _ => Ok(()),
    }
}

/// The network that an address lies in. IPv4 in its IPv6 form is IPv4.
fn network(address: &str, prefixes: Prefixes) -> Option<String> {
    let address: IpAddr = address.parse::<IpAddr>().ok()?.to_canonical();
    let bits = if address.is_ipv4() { prefixes.ipv4 } else { prefixes.ipv6 };
    Some(IpNet::new(address, bits).ok()?.trunc().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_cut_where_it_says() {
        let wide = Prefixes { ipv4: 24, ipv6: 56 };
        let cases = [
            ("192.0.2.77", Prefixes::default(), "192.0.2.77/32"),
            ("192.0.2.77", wide, "192.0.2.0/24"),
            ("::ffff:192.0.2.77", wide, "192.0.2.0/24"),
            ("2001:db8:1:2:3:4:5:6", Prefixes::default(), "2001:db8:1:2::/64"),
            ("2001:db8:1:2ff:3:4:5:6", wide, "2001:db8:1:200::/56"),
            ("192.0.2.77", Prefixes { ipv4: 0, ipv6: 0 }, "0.0.0.0/0"),
        ];
        for (address, prefixes, expected) in cases {
            assert_eq!(network(address, prefixes).as_deref(), Some(expected), "{address}");
        }
        assert_eq!(network("nobody", wide), None);
    }

    /// A guest knows nothing of the gateway, so it has a copy.
    #[test]
    fn the_credentials_are_those_that_traces_hide() {
        let gateway = include_str!("../../../gateway/src/policy/secrecy.rs");
        let list = gateway.split("const SMELLS").nth(1).and_then(|rest| rest.split("];").next()).unwrap();
        let names: Vec<&str> = list.split('"').skip(1).step_by(2).filter(|name| !name.contains('_')).collect();
        assert_eq!(names, CREDENTIAL_NAMES);
    }
}
