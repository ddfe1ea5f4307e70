//! The demo's portal as the client that people sign in to. A public client: it has no secret, so there is none to keep.
//! Never the portal's other client, which follows the feed of revocations.

use std::path::Path;

use crate::clients::is_listed;
use crate::failure::Failure;
use crate::{auth_command, roles};

/// The client's id: the portal's default.
const ID: &str = "witgate-portal";

/// All that the portal's page can use.
const SCOPES: [&str; 7] =
    ["openid", "profile", "catalogue:read", "orders:read", "orders:read:all", "orders:write", "stock:write"];

/// Registers it, unless it is there. Browsers reach the portal through the gateway.
pub fn ensure(auth: &Path, config: &Path, ports: &roles::Ports) -> Result<(), Failure> {
    let listed = auth_command::output("list the clients", &mut auth_command::command(auth, "client", "list", config))?;
    if is_listed(&listed, ID) {
        return Ok(());
    }
    let mut command = auth_command::command(auth, "client", "add", config);
    command.args(["Witgate portal", "--id", ID, "--public", "--first-party"]);
    command.args(["--redirect-uri", &format!("http://{}/portal/callback", roles::loopback(ports.gateway))]);
    command.args(["--grant", "authorization_code", "--grant", "refresh_token"]);
    command.args(SCOPES.iter().flat_map(|scope| ["--scope", scope]));
    auth_command::output(&format!("register the client {ID}"), &mut command).map(|_said| ())
}
