//! What the operator says on the command line.
//! Never takes a secret as an argument: other users can read the process list.

use std::net::SocketAddr;
use std::path::PathBuf;

use chassis::tokens::Tokens;
use clap::Parser;

/// The catalogue, its stock, and reservations of it. Every request is checked against the issuer's keys.
#[derive(Debug, Clone, Parser)]
#[command(name = "inventory", version, after_help = EXAMPLE)]
pub struct Cli {
    /// Address to listen on; port 0 takes a free one, which is printed
    #[arg(long, default_value = "127.0.0.1:9102", value_name = "ADDR:PORT")]
    pub listen: SocketAddr,
    /// SQLite file; it and its folder are made when missing
    #[arg(long, default_value = "state/inventory.sqlite", value_name = "PATH")]
    pub database: PathBuf,
    /// Allow plain http for the keys from an address that is not loopback
    #[arg(long)]
    pub allow_http: bool,
    /// Whose tokens count.
    #[command(flatten)]
    pub tokens: Tokens,
}

const EXAMPLE: &str = "Example:
  inventory --listen 127.0.0.1:9102 --issuer http://127.0.0.1:9000 \\
    --jwks-url http://127.0.0.1:9000/.well-known/jwks.json --audience witgate --database state/inventory.sqlite";
