//! The `config` table as the operator writes it.
//!
//! Never judged here: `source` and `disguise` say what is wrong with it, and where.
use schemars::JsonSchema;
use serde::Deserialize;

/// What the operator wrote.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    /// The header that the upstream reads. A client's own is replaced or removed.
    #[serde(default = "x_rate_key")]
    pub header: String,
    /// Where the key comes from: the first that a request has.
    pub from: Vec<WrittenSource>,
    /// What happens to a request that has none of them.
    #[serde(default)]
    pub otherwise: Otherwise,
    /// A secret, at least 32 bytes: the upstream then sees an HMAC in place of the key's text.
    pub hash_key: Option<String>,
}

/// One place where a key may come from.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WrittenSource {
    /// A verified claim: a name or an RFC 6901 pointer.
    Claim(String),
    /// What an earlier policy found, or a path parameter such as `path.id`.
    Attribute(String),
    /// A header of the request, the client's own word. One that holds a credential goes with `hash-key` only.
    Header(String),
    /// The network of the peer.
    Peer(Prefixes),
}

/// How much of an address counts as one caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Prefixes {
    /// Bits of an IPv4 address.
    pub ipv4: u8,
    /// Bits of an IPv6 address; one customer usually has a /64 or more.
    pub ipv6: u8,
}

impl Default for Prefixes {
    fn default() -> Self {
        Self { ipv4: 32, ipv6: 64 }
    }
}

/// What happens to a request without a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Otherwise {
    /// 403 `rate_key_missing`.
    #[default]
    Refuse,
    /// It goes on without the header.
    Remove,
}

fn x_rate_key() -> String {
    "x-rate-key".to_owned()
}
