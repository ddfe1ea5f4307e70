//! Whose address counts: the peer's, or the one that a trusted proxy names.
//!
//! Never reads a header of a peer that is not trusted: anybody can send one.
use std::net::IpAddr;

use witgate_plugin::{contract, request};

use crate::config::Config;
use crate::networks::Networks;

/// How the client's address is found.
#[derive(Debug)]
pub struct Client {
    proxies: Option<Proxies>,
}

/// Who is trusted, and where they write it.
#[derive(Debug)]
struct Proxies {
    networks: Networks,
    header: String,
}

impl Client {
    /// Checks the two keys, which go together.
    pub fn compile(config: &Config) -> Result<Self, String> {
        let networks = Networks::parse(&config.trusted_proxies, "trusted-proxies")?;
        let proxies = match (&config.client_address_header, networks.is_empty()) {
            (None, true) => None,
            (Some(header), false) => Some(Proxies { networks, header: readable(header)? }),
            (Some(_), true) => {
                return Err("trusted-proxies: must name the proxies whose `client-address-header` is believed".into());
            }
            (None, false) => {
                return Err(
                    "client-address-header: must say where the `trusted-proxies` write the client's address".into()
                );
            }
        };
        Ok(Self { proxies })
    }

    /// The address; `None` where a trusted proxy did not name exactly one.
    pub fn address(&self) -> Option<IpAddr> {
        let peer: IpAddr = request::peer_address().parse().ok()?;
        match &self.proxies {
            Some(proxies) if proxies.networks.contains(peer) => proxies.named(),
            _ => Some(peer),
        }
    }
}

impl Proxies {
    fn named(&self) -> Option<IpAddr> {
        let value = request::sole_header(&self.header).ok()??;
        value.trim_matches([' ', '\t']).parse().ok()
    }
}

fn readable(header: &str) -> Result<String, String> {
    contract::readable_header(header).map_err(|why| {
        format!("client-address-header: {why}; have the proxy set one of its own, such as `cf-connecting-ip`")
    })
}
