//! What it takes to sign in at the auth service by its pages: an issuer that is an address, and clients with redirect URIs.
//! Never registers one past the auth service's own command.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::programs;

/// What the portal asks for.
const PORTAL_SCOPES: [&str; 7] =
    ["openid", "profile", "catalogue:read", "orders:read", "orders:read:all", "orders:write", "stock:write"];

/// An address on loopback that was free a moment ago: an issuer must be known before its auth service listens.
pub fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").to_string()
}

/// `witgate-auth client add` with these arguments. Gives what it printed.
pub fn add_client(config: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new(programs::program("witgate-auth"));
    command.args(["client", "add"]).args(arguments).arg("--config").arg(config).stdin(Stdio::null());
    let output = command.output().expect("witgate-auth client add");
    assert!(output.status.success(), "client add {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// Registers the portal that is at `url`, as a first-party client with all scopes that its page can use.
pub fn add_portal(config: &Path, url: &str) {
    let redirect_uri = format!("{url}/portal/callback");
    let mut arguments = vec!["Witgate portal", "--id", "witgate-portal", "--public", "--first-party"];
    arguments.extend(["--redirect-uri", &redirect_uri, "--grant", "authorization_code", "--grant", "refresh_token"]);
    arguments.extend(PORTAL_SCOPES.iter().flat_map(|scope| ["--scope", scope]));
    add_client(config, &arguments);
}
