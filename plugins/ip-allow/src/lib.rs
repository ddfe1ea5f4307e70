//! Lets in or keeps out by the network that a request comes from.
//!
//! Never believes a header of a peer that is not a trusted proxy, and never lets in an address that it cannot read.

mod config;
mod networks;
mod client;

use std::net::IpAddr;

use witgate_plugin::guard::Pass;
use witgate_plugin::{Authorizer, Decision, Plugin, Refusal, info};

use client::Client;
pub use config::Config;
use config::Unlisted;
use networks::Networks;

const DENIED: &str = "ip_denied";
const NOT_ALLOWED: &str = "ip_not_allowed";
const UNREADABLE: &str = "client_address_unreadable";
const MESSAGE: &str = "This is not open to your network.";

/// The policy, configured. See the README for its config.
#[derive(Debug)]
pub struct IpAllow {
    allow: Networks,
    deny: Networks,
    default: Unlisted,
    pass: Pass,
    client: Client,
}

impl Plugin for IpAllow {
    type Config = Config;
    const CODES: &'static [&'static str] = &[DENIED, NOT_ALLOWED, UNREADABLE];
    witgate_plugin::metadata!();
    witgate_plugin::schema!();

    fn configure(config: Config) -> Result<Self, String> {
        let client = Client::compile(&config)?;
        let (allow, deny) = (Networks::parse(&config.allow, "allow")?, Networks::parse(&config.deny, "deny")?);
        let Config { default, pass, .. } = config;
        match (allow.is_empty(), default, pass) {
            (true, Unlisted::Deny, _) => {
                Err("allow: must name a network, or nobody gets in; `default = \"abstain\"` goes with `deny` alone"
                    .into())
            }
            (true, Unlisted::Abstain, _) if deny.is_empty() => {
                Err("deny: nothing is listed, so nothing is decided".into())
            }
            (false, Unlisted::Abstain, Pass::Abstain) => Err(
                "allow: changes nothing where both `default` and `pass` are \"abstain\"; leave it out, or change one"
                    .into(),
            ),
            _ => Ok(Self { allow, deny, default, pass, client }),
        }
    }
}

impl Authorizer for IpAllow {
    fn authorize(&self) -> Decision {
        match self.client.address() {
            Some(address) => self.of(address),
            None => denied(UNREADABLE),
        }
    }
}

impl IpAllow {
    fn of(&self, address: IpAddr) -> Decision {
        if self.deny.contains(address) {
            return denied(DENIED);
        }
        match (self.allow.contains(address), self.default) {
            (true, _) => self.pass.decide(None),
            (false, Unlisted::Abstain) => Decision::Abstain,
            (false, Unlisted::Deny) => denied(NOT_ALLOWED),
        }
    }
}

/// The access log has the peer's address; a proxy's word for another is not repeated.
fn denied(code: &str) -> Decision {
    info!("denied by the client's network", code = code);
    Decision::Deny(Refusal::forbidden(code, MESSAGE))
}

witgate_plugin::export!(authorizer: IpAllow);

#[cfg(test)]
mod tests;
