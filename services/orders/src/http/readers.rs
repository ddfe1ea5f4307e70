//! Whose orders a caller may read.
//! Never lets an application read what its user kept from it, nor a user what their role does not give.

use serde_json::Value;
use witgate_keyring::resource_server::{Authenticated, Problem, require_role, require_scope};

/// The scope that reads one's own orders.
const READ: &str = "orders:read";

/// The scope that reads everybody's orders.
const READ_ALL: &str = "orders:read:all";

/// One of these lets a caller read orders at all.
pub(super) const READ_ANY: [&str; 2] = [READ, READ_ALL];

/// The role that sees everybody's orders.
const STAFF: &str = "staff";

/// Passes who may read everybody's orders: staff, through an application to which they gave [`READ_ALL`]; or a client for
/// itself, by that scope alone, since no user is there to have a role.
pub(super) fn require_all(caller: &Authenticated) -> Result<(), Problem> {
    if !is_a_clients_own(caller) {
        require_role(&caller.claims, STAFF)?;
    }
    require_scope(&caller.claims, READ_ALL)
}

/// Whether no user is behind the token: its subject is its client (RFC 9068 section 2.2), and nothing in it is a user's.
fn is_a_clients_own(caller: &Authenticated) -> bool {
    let claims = &caller.claims;
    let client = claims.get("client_id").and_then(Value::as_str);
    client == Some(claims.subject()) && ["sid", "roles"].into_iter().all(|name| claims.get(name).is_none())
}
