//! What auth.toml means: addresses and URLs parsed, files found, tables related to each other.
//!
//! Never stops at the first fault: each part notes its own and gives back what it can.

mod accounts;
mod addresses;
mod database;
mod files;
mod issuer;
mod keys;
mod roles;

use super::model::Config;
use super::written::Written;
use std::path::Path;
use witgate_settings::fault::Faults;

/// Gives the words of a file their meaning. Nothing where a part has none; then a fault says why.
pub(super) fn config(path: &Path, written: &Written, faults: &mut Faults) -> Option<Config> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let server = &written.server;
    let listen = addresses::listen(server, faults);
    let issuer = issuer::issuer(server, faults);
    let audience = issuer::audience(server, faults);
    let resources = issuer::resources(server, faults);
    let trusted_proxies = addresses::trusted_proxies(server, faults);
    let admin = addresses::admin(written, faults);
    let database = database::database(folder, written, faults);
    let keys = keys::keys(folder, written, database.as_ref(), faults);
    let sessions = accounts::sessions(&written.sessions, faults);
    let passwords = accounts::passwords(folder, &written.passwords, faults);
    let roles = roles::roles(written.roles.as_ref(), faults);
    Some(Config {
        listen: listen?,
        issuer: issuer?,
        audience: audience?,
        resources,
        access_token_seconds: server.access_token_seconds,
        trusted_proxies,
        database: database?,
        keys: keys?,
        admin,
        sessions,
        passwords,
        roles,
    })
}
