//! What is meant: names resolved, addresses and patterns parsed, tables related to each other.
//!
//! Never stops at the first fault: each part notes its own and gives back what it can.

mod addresses;
mod client;
mod grants;
mod issuers;
mod key_places;
mod names;
mod operations;
mod secrets;
mod loading;
mod plugins;
mod policies;
mod recording;
mod routes;
mod sensitive;
mod upkeep;
mod urls;
mod upstreams;
mod conditions;

use super::model::{Config, DebugKey};
use super::overlap;
use super::written::Written;
use std::path::Path;
use std::sync::Arc;
use toml::Spanned;
use witgate_settings::fault::{Faults, Source};
use witgate_settings::reader::at;

/// The file itself is read with the generation, which notes what is wrong with it.
fn debug_key(folder: &Path, file: Option<&Spanned<String>>) -> Option<DebugKey> {
    file.map(|file| DebugKey { file: folder.join(file.get_ref()), span: at(file) })
}

/// The prefix of the identity headers, where not given.
pub const IDENTITY_PREFIX: &str = "x-identity-";

/// Gives the words of a file their meaning. What it returns may be used only if no fault was noted.
pub(super) fn config(path: &Path, source: &Arc<Source>, written: &Written, faults: &mut Faults) -> Config {
    let folder = path.parent().unwrap_or(Path::new(""));
    let identity_prefix = addresses::identity_prefix(&written.gateway, faults);
    let listeners = addresses::listeners(&written.listeners, faults);
    let upstreams = upstreams::upstreams(&written.upstreams, &listeners, faults);
    let routes = routes::routes(written, &identity_prefix, faults);
    let secrets = secrets::secrets(folder, &written.secrets, faults);
    overlap::refuse(&routes, faults);
    sensitive::refuse_silent_issuers(written, faults);
    Config {
        path: path.to_owned(),
        source: source.clone(),
        threads: addresses::threads(&written.gateway),
        identity_prefix,
        trusted_proxies: addresses::trusted_proxies(&written.gateway, faults),
        show_generation: operations::show_generation(&written.gateway, faults),
        takeover_socket: operations::takeover_socket(folder, &written.gateway, faults),
        listeners,
        admin: addresses::admin(written, faults),
        is_admin_exposed: written.admin.as_ref().is_some_and(|admin| admin.expose),
        debug_key: debug_key(folder, written.gateway.debug_key_file.as_ref()),
        limits: written.limits,
        issuers: issuers::issuers(folder, &written.issuers, faults),
        upstreams,
        plugins: plugins::plugins(folder, written, &secrets, faults),
        secrets,
        loading: loading::loading(folder, &written.gateway.loading, faults),
        recording: written.recording.as_ref().and_then(|written| recording::recording(folder, written, faults)),
        routes,
    }
}
