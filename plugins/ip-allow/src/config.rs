//! The `config` table as the operator writes it.
//!
//! Never judged here: `networks`, `client` and the policy say what is wrong with it, and where.
use schemars::JsonSchema;
use serde::Deserialize;
use witgate_plugin::guard::Pass;

/// What the operator wrote. `allow` or `deny` must have something in it.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Config {
    /// Networks that may: `192.0.2.0/24`, `2001:db8::/32`, or one address.
    pub allow: Vec<String>,
    /// Networks that may not, also where they are in `allow`.
    pub deny: Vec<String>,
    /// What is said of an address in neither list.
    pub default: Unlisted,
    /// What is said of an address in `allow`.
    pub pass: Pass,
    /// Networks of the proxies in front of the gateway. Only a peer among them is asked for `client-address-header`.
    pub trusted_proxies: Vec<String>,
    /// Where a trusted proxy writes the address of its own client.
    pub client_address_header: Option<String>,
}

/// What is said of an address in neither list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Unlisted {
    /// 403 `ip_not_allowed`.
    #[default]
    Deny,
    /// The next authorizer decides.
    Abstain,
}
