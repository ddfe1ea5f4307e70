//! From a `.wasm` file to a checked, linked component of the world it was declared to be.
//!
//! Never loads native code (`.cwasm`) from a plugin's folder, and never links an import the world does not have.

use std::path::Path;

use thiserror::Error;
use wasmtime::component::{Component, HasSelf, Linker};

use super::allocation::{Engines, Need, Seat};
use super::bindings::authenticator::{AuthenticatorPlugin, AuthenticatorPluginPre};
use super::bindings::authorizer::{AuthorizerPlugin, AuthorizerPluginPre};
use super::bindings::filter::{FilterPlugin, FilterPluginPre};
use super::bindings::router::{RouterPlugin, RouterPluginPre};
use super::engine::PolicyEngine;
use super::grants::Granted;
use super::guest::GuestState;
use super::loading::{CompileError, Compiling, FolderFault, Loader, Tally};
use super::refill::Refill;
use super::{imports, wasi};
use crate::config::{Loading, Pin, World};

pub use super::loading::Digest;

/// The largest component file, in bytes.
const FILE_BYTES: u64 = 64 * 1024 * 1024;
/// The contract's package and version in import and export names.
const CONTRACT: &str = "witgate:policy/";
const CONTRACT_VERSION: &str = "@0.2.0";

/// Why a component cannot be loaded.
#[derive(Debug, Error)]
pub enum LoadError {
    /// the file cannot be read, or is too large
    #[error("cannot read the component: {0}")]
    Read(String),
    /// its bytes are not those that gateway.toml names
    #[error("the component's SHA-256 is {found}, but `sha256` says {pinned}")]
    Pin {
        /// the digest in gateway.toml
        pinned: Pin,
        /// the digest of the file
        found: Digest,
    },
    /// it has no compiled code
    #[error(transparent)]
    Compile(#[from] CompileError),
    /// it was made for another version of the contract
    #[error("the component was made for version {0} of the contract, and this gateway has {ours}", ours = &CONTRACT_VERSION[1..])]
    Version(String),
    /// it exports another role
    #[error("the component is no {expected}: it exports {found}")]
    World {
        /// the world in gateway.toml
        expected: World,
        /// what the component exports of the contract
        found: String,
    },
    /// it wants something its world does not grant
    #[error("the component imports `{0}`, which the {1} world does not grant")]
    Import(String, World),
    /// it wants something that its entry may grant, and does not
    #[error("the component imports `{0}`, which its entry does not grant")]
    NotGranted(String),
    /// the types of an import or export do not match
    #[error("the component does not fit the contract{CONTRACT_VERSION}: {0}")]
    Link(String),
}

impl LoadError {
    /// What to do about it.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Read(_) => "check the path and its permissions",
            Self::Pin { .. } => "put back the file that was pinned, or pin this one if you know where it comes from",
            Self::Compile(error) => error.remedy(),
            Self::Version(_) => {
                "rebuild the plugin against this gateway's wit/ folder, or run the gateway of that version (docs/versioning.md)"
            }
            Self::World { .. } => "correct `world`, or point `file` at another component",
            Self::Import(import, _) => imports::remedy(import),
            Self::NotGranted(import) => imports::remedy(import),
            Self::Link(_) => "rebuild the plugin against this gateway's wit/ folder",
        }
    }
}

/// A component ready to be instantiated in its role.
pub(super) enum Linked {
    Authenticator(AuthenticatorPluginPre<GuestState>),
    Authorizer(AuthorizerPluginPre<GuestState>),
    Router(RouterPluginPre<GuestState>),
    Filter(FilterPluginPre<GuestState>),
}

/// Compiles components and remembers them by digest, so that a reload compiles only what changed.
pub struct Compiler {
    engine: PolicyEngine,
    loader: Loader,
}

impl Compiler {
    /// A compiler with engines of its own.
    ///
    /// # Errors
    /// When the WebAssembly engine or its threads cannot start.
    pub fn start(compiling: Compiling) -> wasmtime::Result<Self> {
        let engine = PolicyEngine::start()?;
        let loader = Loader::new(engine.engines().plain().clone(), compiling);
        Ok(Self { engine, loader })
    }

    /// Where instances may lie.
    pub(super) fn engines(&self) -> &Engines {
        self.engine.engines()
    }

    /// Takes up what a configuration says of loading, and begins to count.
    ///
    /// # Errors
    /// When the folder for compiled code cannot be trusted or used; loading goes on without one.
    pub fn prepare(&self, loading: &Loading) -> Result<(), FolderFault> {
        self.loader.prepare(loading)
    }

    /// Compiles what is not known yet, several at a time. Faults are told by those who need the component.
    pub fn compile_ahead(&self, components: &[(&[u8], Digest)]) {
        self.loader.compile_ahead(components, &self.engines().usual());
    }

    pub(super) fn refill(&self) -> &Refill {
        self.engine.refill()
    }

    /// Forgets every component but those of the given digests.
    pub fn keep_only(&self, digests: &[Digest]) {
        self.loader.keep_only(digests);
    }

    /// Where the components came from since [`Compiler::prepare`].
    pub fn tally(&self) -> Tally {
        self.loader.tally()
    }

    /// Compiles (or recalls) a component where its instances will lie: in the pool where it may and fits, else outside. Without
    /// a need it lies outside.
    pub(super) fn seated(
        &self,
        bytes: &[u8],
        digest: Digest,
        need: Option<Need>,
    ) -> Result<(Component, Seat), LoadError> {
        if let Some(need) = need {
            match self.in_the_pool(bytes, digest, need) {
                Ok(Some(seated)) => return Ok(seated),
                Ok(None) | Err(CompileError::Pool(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let outside = self.engines().outside();
        Ok((self.loader.component(bytes, digest, &outside)?, outside))
    }

    /// Compiles (or recalls) a component to look at it.
    pub(super) fn compiled(&self, bytes: &[u8], digest: Digest) -> Result<Component, LoadError> {
        Ok(self.loader.component(bytes, digest, &self.engines().outside())?)
    }

    fn in_the_pool(&self, bytes: &[u8], digest: Digest, need: Need) -> Result<Option<(Component, Seat)>, CompileError> {
        let place = self.engines().place(need);
        if !place.is_pooled() {
            return Ok(None);
        }
        let component = self.loader.component(bytes, digest, &place)?;
        Ok(self.engines().seat(need, &component).map(|seat| (component, seat)))
    }
}

/// Links a component for its world.
///
/// # Errors
/// When it is of another version or world, imports more than it is granted, or does not fit the contract.
pub(super) fn link(component: &Component, world: World, granted: &Granted) -> Result<Linked, LoadError> {
    check_version(component)?;
    check_exports(component, world)?;
    imports::check(component, world, granted)?;
    linked(component, world, granted)
}

/// Whether a component may be looked at: a pin is about its bytes, before anything in them is believed.
///
/// # Errors
/// When the bytes are not those that the operator pinned.
pub fn check_pin(digest: Digest, pin: Option<Pin>) -> Result<(), LoadError> {
    match pin {
        Some(pinned) if !digest.meets(pinned) => Err(LoadError::Pin { pinned, found: digest }),
        _ => Ok(()),
    }
}

/// The contract of this gateway, as WIT names it.
pub fn contract() -> String {
    format!("{}{CONTRACT_VERSION}", CONTRACT.trim_end_matches('/'))
}

/// The full name of an interface of the contract.
pub(super) fn export_name(interface: &str) -> String {
    format!("{CONTRACT}{interface}{CONTRACT_VERSION}")
}

/// The short name of an interface of the contract; nothing where it is another's.
pub(super) fn interface(name: &str) -> Option<&str> {
    name.strip_prefix(CONTRACT)?.strip_suffix(CONTRACT_VERSION)
}

/// Reads a component file whole, within [`FILE_BYTES`].
pub fn read(path: &Path) -> Result<Vec<u8>, LoadError> {
    let told = |error: std::io::Error| LoadError::Read(error.to_string());
    let length = std::fs::metadata(path).map_err(told)?.len();
    if length > FILE_BYTES {
        return Err(LoadError::Read(format!("it has {length} bytes, at most {FILE_BYTES} are allowed")));
    }
    std::fs::read(path).map_err(told)
}

/// Before anything is said about roles and permissions: those of another version may be called the same.
fn check_version(component: &Component) -> Result<(), LoadError> {
    let (engine, ty) = (component.engine(), component.component_type());
    let mut names = ty.exports(engine).map(|(name, _)| name).chain(ty.imports(engine).map(|(name, _)| name));
    let foreign = names.find_map(|name| match name.strip_prefix(CONTRACT)?.find('@') {
        Some(_) if name.ends_with(CONTRACT_VERSION) => None,
        Some(at) => Some(name[CONTRACT.len() + at + 1..].to_owned()),
        None => Some("\"none\"".to_owned()),
    });
    foreign.map_or(Ok(()), |version| Err(LoadError::Version(version)))
}

/// Refuses a component of another role.
pub(super) fn check_exports(component: &Component, world: World) -> Result<(), LoadError> {
    let wanted = export_name(world.word());
    let ty = component.component_type();
    let exports: Vec<&str> =
        ty.exports(component.engine()).map(|(name, _)| name).filter(|name| name.starts_with(CONTRACT)).collect();
    if exports.contains(&wanted.as_str()) {
        return Ok(());
    }
    let roles: Vec<String> =
        exports.iter().filter(|name| !name.contains("/lifecycle@")).map(|name| format!("`{name}`")).collect();
    let found = if roles.is_empty() { "no role of the contract".to_owned() } else { roles.join(", ") };
    Err(LoadError::World { expected: world, found })
}

/// Links a component whose exports and imports were checked.
pub(super) fn linked(component: &Component, world: World, granted: &Granted) -> Result<Linked, LoadError> {
    link_all(component, world, granted).map_err(|error| LoadError::Link(format!("{error:#}")))
}

fn link_all(component: &Component, world: World, granted: &Granted) -> wasmtime::Result<Linked> {
    type Own = HasSelf<GuestState>;
    let mut linker: Linker<GuestState> = Linker::new(component.engine());
    match world {
        World::Authenticator => AuthenticatorPlugin::add_to_linker::<_, Own>(&mut linker, |state| state)?,
        World::Authorizer => AuthorizerPlugin::add_to_linker::<_, Own>(&mut linker, |state| state)?,
        World::Router => RouterPlugin::add_to_linker::<_, Own>(&mut linker, |state| state)?,
        World::Filter => FilterPlugin::add_to_linker::<_, Own>(&mut linker, |state| state)?,
    }
    granted.add_to_linker(&mut linker)?;
    wasi::add_to_linker(&mut linker, component, granted)?;
    // Only furniture is left: `imports::check` refused everything else.
    linker.define_unknown_imports_as_traps(component)?;
    let pre = linker.instantiate_pre(component)?;
    Ok(match world {
        World::Authenticator => Linked::Authenticator(AuthenticatorPluginPre::new(pre)?),
        World::Authorizer => Linked::Authorizer(AuthorizerPluginPre::new(pre)?),
        World::Router => Linked::Router(RouterPluginPre::new(pre)?),
        World::Filter => Linked::Filter(FilterPluginPre::new(pre)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::CompileLimits;

    const NEED: Need = Need { instances: 1, table_elements: 100 };

    fn no_cache() -> Loading {
        Loading { cache: None, compile: CompileLimits::default() }
    }

    fn tried(text: &str, world: World) -> Result<(), LoadError> {
        let compiler = Compiler::start(Compiling::InProcess).expect("an engine");
        let bytes = wat::parse_str(text).expect("well-formed text");
        let (component, _seat) = compiler.seated(&bytes, Digest::of(&bytes), Some(NEED))?;
        super::link(&component, world, &Granted::default()).map(drop)
    }

    fn link(text: &str, world: World) -> Result<(), String> {
        tried(text, world).map_err(|error| error.to_string())
    }

    /// A component that exports an (empty) role, and imports whatever a test wants.
    fn guest(import: &str, role: &str) -> String {
        format!(
            r#"(component (import "{import}" (instance)) (instance $role) (export "witgate:policy/{role}" (instance $role)))"#
        )
    }

    #[test]
    fn an_import_that_the_world_does_not_grant_is_refused_by_name() {
        for import in ["wasi:sockets/tcp@0.2.6", "wasi:http/outgoing-handler@0.2.6", "acme:kv/store@1.0.0"] {
            let refused = link(&guest(import, "authorizer@0.2.0"), World::Authorizer).expect_err(import);
            assert_eq!(refused, format!("the component imports `{import}`, which the authorizer world does not grant"));
        }
    }

    #[test]
    fn an_import_that_no_entry_grants_is_refused_with_the_line_to_add() {
        for (import, line) in [("store", "grants.store = {"), ("outbound", "grants.http = {")] {
            let import = format!("witgate:policy/{import}@0.2.0");
            let refused = tried(&guest(&import, "authorizer@0.2.0"), World::Authorizer).expect_err("refused");
            assert_eq!(
                refused.to_string(),
                format!("the component imports `{import}`, which its entry does not grant")
            );
            assert!(refused.remedy().contains(line), "{}", refused.remedy());
        }
    }

    #[test]
    fn only_an_authenticator_may_verify_tokens() {
        let guest = guest("witgate:policy/jwt@0.2.0", "authorizer@0.2.0");
        let refused = link(&guest, World::Authorizer).expect_err("jwt is not granted");
        assert!(refused.contains("`witgate:policy/jwt@0.2.0`"), "{refused}");
    }

    #[test]
    fn another_version_of_the_contract_is_another_contract() {
        let export = guest("wasi:io/error@0.2.6", "authorizer@0.1.0");
        let import = guest("witgate:policy/request@0.1.0", "authorizer@0.2.0");
        for guest in [export, import] {
            let refused = link(&guest, World::Authorizer).expect_err("version");
            let sentence = "the component was made for version 0.1.0 of the contract, and this gateway has 0.2.0";
            assert_eq!(refused, sentence);
        }
        let refused = link(&guest("wasi:io/error@0.2.6", "filter"), World::Filter).expect_err("no version");
        assert!(refused.starts_with("the component was made for version \"none\""), "{refused}");
    }

    #[test]
    fn an_empty_component_has_no_role_and_an_empty_role_does_not_fit() {
        let refused = link("(component)", World::Filter).expect_err("no role");
        assert_eq!(refused, "the component is no filter: it exports no role of the contract");
        let refused = link(&guest("wasi:io/error@0.2.6", "filter@0.2.0"), World::Filter).expect_err("no functions");
        assert!(refused.starts_with("the component does not fit the contract"), "{refused}");
    }

    #[test]
    fn a_component_is_compiled_once_and_forgotten_when_told() {
        let compiler = Compiler::start(Compiling::InProcess).expect("an engine");
        let bytes = wat::parse_str("(component)").expect("text");
        let digest = Digest::of(&bytes);
        let seat = compiler.engines().usual();
        compiler.loader.component(&bytes, digest, &seat).expect("compiles");
        assert!(compiler.loader.component(b"not read again", digest, &seat).is_ok());
        compiler.keep_only(&[]);
        assert!(compiler.loader.component(b"not a component", digest, &seat).is_err());
    }

    #[test]
    fn a_component_is_compiled_once_for_both_places() {
        let compiler = Compiler::start(Compiling::InProcess).expect("an engine");
        compiler.prepare(&no_cache()).expect("no cache");
        let bytes = wat::parse_str("(component)").expect("text");
        let digest = Digest::of(&bytes);
        let (_, first) = compiler.seated(&bytes, digest, Some(NEED)).expect("compiles");
        let (_, second) = compiler.seated(&bytes, digest, None).expect("is known");
        assert!(!second.is_pooled());
        assert_eq!(compiler.tally().compiled, 1, "pooled first: {}", first.is_pooled());
    }

    #[test]
    fn what_the_pool_cannot_hold_lies_outside_and_is_compiled_once() {
        let compiler = Compiler::start(Compiling::InProcess).expect("an engine");
        compiler.prepare(&no_cache()).expect("no cache");
        let text = "(component (core module $m (table 30000 funcref)) (core instance (instantiate $m)))";
        let bytes = wat::parse_str(text).expect("text");
        let digest = Digest::of(&bytes);
        for round in 1..=2 {
            let (_, seat) = compiler.seated(&bytes, digest, Some(NEED)).expect("it lies outside");
            assert!(!seat.is_pooled());
            assert_eq!(compiler.tally().compiled, 1, "round {round}");
            compiler.keep_only(&[digest]);
        }
    }
}
