//! What the operator says on the command line.
//! Never takes a secret as an argument: other users can read the process list.

use std::net::SocketAddr;
use std::path::PathBuf;

use chassis::tokens::Tokens;
use clap::Parser;
use url::Url;

/// Orders that reserve their stock at inventory with the caller's own token. Every request is checked against the
/// issuer's keys.
#[derive(Debug, Clone, Parser)]
#[command(name = "orders", version, after_help = EXAMPLE)]
pub struct Cli {
    /// Address to listen on; port 0 takes a free one, which is printed
    #[arg(long, default_value = "127.0.0.1:9101", value_name = "ADDR:PORT")]
    pub listen: SocketAddr,
    /// SQLite file; it and its folder are made when missing
    #[arg(long, default_value = "state/orders.sqlite", value_name = "PATH")]
    pub database: PathBuf,
    /// Where the inventory service is: scheme, host and port only
    #[arg(long, default_value = "http://127.0.0.1:9102", value_name = "URL")]
    pub inventory_url: Url,
    /// Allow plain http to addresses that are not loopback, for the keys and for inventory (which gets tokens)
    #[arg(long)]
    pub allow_http: bool,
    /// Whose tokens count.
    #[command(flatten)]
    pub tokens: Tokens,
}

const EXAMPLE: &str = "Example:
  orders --listen 127.0.0.1:9101 --inventory-url http://127.0.0.1:9102 --issuer http://127.0.0.1:9000 \\
    --jwks-url http://127.0.0.1:9000/.well-known/jwks.json --audience witgate --database state/orders.sqlite";
