//! What a component says of itself before it runs: its roles, what it imports, and whether it fits the contract.
//!
//! Never starts an instance, and never asks what an entry of gateway.toml grants.

use std::fmt;

use thiserror::Error;
use wasmtime::component::Component;

use super::component::{Compiler, Digest, LoadError, check_exports, interface, linked};
use super::grants::Granted;
use super::imports;
use super::wasi;
use crate::config::World;

/// A component as it shows itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// The SHA-256 of the file.
    pub digest: Digest,
    /// The roles that it exports; a policy has one.
    pub worlds: Vec<World>,
    /// What it imports, in the order of the file.
    pub imports: Vec<Import>,
}

/// What a component exports that has not one role.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub struct Roles(Vec<World>);

impl fmt::Display for Roles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<&str> = self.0.iter().map(|world| world.word()).collect();
        let found = if words.is_empty() { "none".to_owned() } else { words.join(" and ") };
        write!(f, "a policy exports one role of wit/worlds.wit, this component {found}")
    }
}

/// One imported interface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// Its whole name, such as `witgate:policy/claims@0.2.0`.
    pub name: String,
    /// What it is to a policy.
    pub kind: Kind,
}

/// What an imported interface is to a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// of the contract: its short name, such as `claims`, and what it gives in plain words
    Contract(&'static str, &'static str),
    /// what the language's runtime links; inert without a grant
    Furniture,
    /// nothing that a policy may import
    Foreign,
}

impl Outline {
    /// The one role that it exports.
    ///
    /// # Errors
    /// When it exports none, or several.
    pub fn world(&self) -> Result<World, Roles> {
        match self.worlds[..] {
            [world] => Ok(world),
            _ => Err(Roles(self.worlds.clone())),
        }
    }
}

impl Compiler {
    /// Compiles (or recalls) a component and lists what it shows.
    ///
    /// # Errors
    /// When the bytes are no component that compiles within the limits.
    pub fn outline(&self, bytes: &[u8]) -> Result<Outline, LoadError> {
        let digest = Digest::of(bytes);
        let component = self.compiled(bytes, digest)?;
        Ok(Outline { digest, worlds: worlds(&component), imports: imported(&component) })
    }

    /// Whether a component fits its world, whatever its entry may grant.
    ///
    /// # Errors
    /// When it has another role, imports what nobody can grant, or was built against another contract.
    pub fn fits(&self, bytes: &[u8], world: World) -> Result<(), LoadError> {
        let component = self.compiled(bytes, Digest::of(bytes))?;
        check_exports(&component, world)?;
        imports::check_grantable(&component, world)?;
        linked(&component, world, &Granted::default()).map(drop)
    }
}

fn worlds(component: &Component) -> Vec<World> {
    let (ty, engine) = (component.component_type(), component.engine());
    let exports: Vec<&str> = ty.exports(engine).filter_map(|(name, _)| interface(name)).collect();
    World::ALL.into_iter().filter(|world| exports.contains(&world.word())).collect()
}

fn imported(component: &Component) -> Vec<Import> {
    let (ty, engine) = (component.component_type(), component.engine());
    ty.imports(engine).map(|(name, _)| Import { name: name.to_owned(), kind: kind(name) }).collect()
}

fn kind(name: &str) -> Kind {
    if wasi::is_furniture(name) {
        return Kind::Furniture;
    }
    let known = interface(name).and_then(|short| imports::WORDS.iter().find(|(known, _)| *known == short));
    known.map_or(Kind::Foreign, |(short, words)| Kind::Contract(short, words))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::loading::Compiling;

    fn outline(text: &str) -> Outline {
        let compiler = Compiler::start(Compiling::InProcess).expect("an engine");
        compiler.outline(&wat::parse_str(text).expect("well-formed text")).expect("an outline")
    }

    #[test]
    fn imports_are_told_by_what_they_are() {
        let text = r#"(component (import "witgate:policy/claims@0.2.0" (instance))
            (import "witgate:policy/store@0.2.0" (instance)) (import "wasi:io/error@0.2.6" (instance))
            (import "wasi:sockets/tcp@0.2.6" (instance)) (import "witgate:policy/claims@0.9.0" (instance)))"#;
        let kinds: Vec<&str> = outline(text).imports.iter().map(|import| word(import.kind)).collect();
        assert_eq!(kinds, ["claims", "store", "furniture", "foreign", "foreign"]);
    }

    fn word(kind: Kind) -> &'static str {
        match kind {
            Kind::Contract(short, _) => short,
            Kind::Furniture => "furniture",
            Kind::Foreign => "foreign",
        }
    }

    #[test]
    fn roles_are_the_exports_of_this_contract() {
        let text = r#"(component (instance $role) (export "witgate:policy/router@0.2.0" (instance $role))
            (instance $other) (export "witgate:policy/filter@0.1.0" (instance $other)))"#;
        assert_eq!(outline(text).worlds, [World::Router]);
    }

    #[test]
    fn what_can_be_granted_fits_and_a_socket_never_does() {
        let compiler = Compiler::start(Compiling::InProcess).expect("an engine");
        let why = |import: &str| {
            let text = format!(
                r#"(component (import "{import}" (instance))
                (instance $role) (export "witgate:policy/authorizer@0.2.0" (instance $role)))"#
            );
            compiler
                .fits(&wat::parse_str(text).expect("text"), World::Authorizer)
                .expect_err("no functions")
                .to_string()
        };
        assert!(why("wasi:sockets/tcp@0.2.6").contains("which the authorizer world does not grant"));
        assert!(why("witgate:policy/store@0.2.0").contains("does not fit the contract"), "the import is no fault");
    }
}
