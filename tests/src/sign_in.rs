//! What it takes to sign in at the auth service by its pages: an issuer that is an address, and the portal as its client.
//! Never registers one past the auth service's own command.

use std::path::Path;

use crate::clients;

/// What the portal asks for.
const PORTAL_SCOPES: [&str; 7] =
    ["openid", "profile", "catalogue:read", "orders:read", "orders:read:all", "orders:write", "stock:write"];

/// Registers the portal that is at `url`, as a first-party client with all scopes that its page can use.
pub fn add_portal(config: &Path, url: &str) {
    let redirect_uri = format!("{url}/portal/callback");
    let mut arguments = vec!["Witgate portal", "--id", "witgate-portal", "--public", "--first-party"];
    arguments.extend(["--redirect-uri", &redirect_uri, "--grant", "authorization_code", "--grant", "refresh_token"]);
    arguments.extend(PORTAL_SCOPES.iter().flat_map(|scope| ["--scope", scope]));
    clients::register(config, &arguments);
}
