//! auth.toml as it is written: keys, types and defaults. Never judges a value; that is the parent's part.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use serde::Deserialize;

/// The keys of auth.toml. Unknown keys are refused.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct ConfigFile {
    #[serde(default = "default_listen")]
    pub(super) listen: SocketAddr,
    pub(super) issuer: String,
    pub(super) audience: String,
    #[serde(default = "default_database")]
    pub(super) database: PathBuf,
    #[serde(default = "default_access_token_seconds")]
    pub(super) access_token_seconds: u32,
    #[serde(default = "default_algorithm")]
    pub(super) algorithm: String,
    #[serde(default)]
    pub(super) allow_http: bool,
    #[serde(default = "default_roles")]
    pub(super) roles: BTreeMap<String, Vec<String>>,
}

fn default_listen() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 9000))
}

fn default_database() -> PathBuf {
    PathBuf::from("state/auth.sqlite")
}

fn default_access_token_seconds() -> u32 {
    600
}

fn default_algorithm() -> String {
    "ES256".to_owned()
}

/// The two roles of the demo. A `[roles]` table replaces them.
fn default_roles() -> BTreeMap<String, Vec<String>> {
    let customer = ["catalogue:read", "orders:read", "orders:write"];
    let staff = ["catalogue:read", "orders:read", "orders:write", "orders:read:all", "stock:write"];
    BTreeMap::from([
        ("customer".to_owned(), customer.map(str::to_owned).to_vec()),
        ("staff".to_owned(), staff.map(str::to_owned).to_vec()),
    ])
}
