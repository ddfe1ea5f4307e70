//! What a component imports against what it may import: its world, what its entry grants, and furniture.
//!
//! Never lets an unknown import through, whatever it is called.

use wasmtime::Engine;
use wasmtime::component::Component;

use super::component::{LoadError, export_name, interface};
use super::grants::Granted;
use super::wasi;
use crate::config::World;

/// Refuses the first import that is neither of the component's world, nor granted, nor inert.
pub(super) fn check(component: &Component, world: World, granted: &Granted) -> Result<(), LoadError> {
    each(component, world, |name, interface| match interface {
        "store" if granted.store_granted() => Ok(()),
        "outbound" if granted.waits() => Ok(()),
        _ => Err(LoadError::NotGranted(name.to_owned())),
    })
}

/// Refuses the first import that nobody could grant to a component of this world.
pub(super) fn check_grantable(component: &Component, world: World) -> Result<(), LoadError> {
    each(component, world, |_, _| Ok(()))
}

/// Hands each import that an entry can grant to `judge`, and refuses those that no entry can.
fn each(
    component: &Component,
    world: World,
    judge: impl Fn(&str, &'static str) -> Result<(), LoadError>,
) -> Result<(), LoadError> {
    for (name, _) in component.component_type().imports(component.engine()) {
        if of_world(world).iter().any(|interface| name == export_name(interface)) || wasi::is_furniture(name) {
            continue;
        }
        match grantable(name) {
            Some(interface) => judge(name, interface)?,
            None => return Err(LoadError::Import(name.to_owned(), world)),
        }
    }
    Ok(())
}

/// The interfaces of the contract that a component may import, and what each gives in plain words.
pub(super) const WORDS: [(&str, &str); 7] = [
    ("types", "the words of the contract"),
    ("request", "headers, query, peer, attributes"),
    ("claims", "the verified claims"),
    ("jwt", "the gateway's verification of tokens"),
    ("log", "the operator's log"),
    ("store", "a store of values; needs grants.store"),
    ("outbound", "HTTP to listed hosts; needs grants.http"),
];

/// The names of the contract's interfaces that a component imports.
pub(super) fn of_contract(engine: &Engine, component: &Component) -> Vec<String> {
    let ty = component.component_type();
    ty.imports(engine).filter_map(|(name, _)| interface(name).map(str::to_owned)).collect()
}

/// What an operator can do about an import that is refused.
pub(super) fn remedy(import: &str) -> &'static str {
    match grantable(import) {
        Some("store") => "add to the plugin's entry: grants.store = { name = \"NAME\" }",
        Some("outbound") => "add to the plugin's entry: grants.http = { hosts = [\"HOST:443\"] }",
        _ if import.starts_with("wasi:http/") || import.starts_with("wasi:sockets/") => {
            "no plugin gets a socket: use witgate:policy/outbound (wit/grants.wit), granted by grants.http = { hosts = [\"HOST:443\"] }"
        }
        _ => "a policy may import its world's interfaces (wit/worlds.wit), and what its `grants` name (wit/grants.wit)",
    }
}

/// The interface's own name, where an entry can grant it.
fn grantable(import: &str) -> Option<&'static str> {
    ["store", "outbound"].into_iter().find(|interface| import == export_name(interface))
}

fn of_world(world: World) -> &'static [&'static str] {
    match world {
        World::Authenticator => &["types", "request", "claims", "log", "jwt"],
        World::Authorizer | World::Router | World::Filter => &["types", "request", "claims", "log"],
    }
}
