//! `witgate plugin build`: runs the language's own build, then holds the component against its world.
//!
//! Never compiles by itself, and never installs a tool: what is missing is named with the line that brings it.

mod fault;
mod tools;
mod cargo;
mod script;
mod stale;

use std::path::PathBuf;

pub use fault::BuildFault;

use cargo::Pace;

use super::host::Host;
use super::package::{Package, PackageFault, Recipe};
use crate::config::World;
use crate::policy::component as file;
use crate::policy::outline::Outline;

/// A component that was built.
#[derive(Debug, Clone)]
pub struct Built {
    /// The file.
    pub component: PathBuf,
}

/// A component that fits its world.
#[derive(Debug, Clone)]
pub struct Sound {
    /// Its role.
    pub world: World,
    /// Its size, in bytes.
    pub bytes: usize,
    /// What it imports.
    pub outline: Outline,
}

/// Whether a package is built before something is done with its component, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Building {
    /// what is there is taken, also where the sources are newer
    Never,
    /// as it ships
    Shipped,
    /// for a look at a change: a crate is compiled faster, into another file. Scripts are built in one way only
    Quick,
}

/// Builds a package as it ships. What the tools of a crate say goes to stderr as they say it. Blocks as long as they take:
/// the person at the terminal may end them.
///
/// # Errors
/// When a tool is missing or fails.
pub fn build(package: &Package) -> Result<Built, BuildFault> {
    Ok(Built { component: made(package, Pace::Shipped)? })
}

/// The component of a package, built first where its sources are newer and `building` says so. A crate is always left to
/// cargo, which knows best.
///
/// # Errors
/// As [`build`]; when nothing may be built and there is no component.
pub fn component<F>(package: &Package, building: Building) -> Result<PathBuf, F>
where
    F: From<PackageFault> + From<BuildFault>,
{
    Ok(match building {
        Building::Never => package.built()?,
        Building::Shipped | Building::Quick if !stale::is_stale(package) => package.component(),
        Building::Shipped => made(package, Pace::Shipped)?,
        Building::Quick => made(package, Pace::Quick)?,
    })
}

fn made(package: &Package, pace: Pace) -> Result<PathBuf, BuildFault> {
    match package.recipe() {
        Recipe::Cargo => cargo::build(package, pace),
        Recipe::JavaScript(script) => script::javascript(package, script),
        Recipe::Python(script) => script::python(package, script),
    }
}

/// Holds a built component against its world: the one that the manifest names, or the only one that it exports.
///
/// # Errors
/// When it has no or another role, imports what nobody can grant, or does not fit the contract.
pub fn examine(host: &Host, package: &Package, built: &Built) -> Result<Sound, BuildFault> {
    let unsound = |error| BuildFault::Unsound { component: built.component.clone(), error };
    let bytes = file::read(&built.component).map_err(unsound)?;
    let outline = host.compiler().outline(&bytes).map_err(unsound)?;
    let world = match (package.world(), outline.worlds.as_slice()) {
        (Some(world), _) => world,
        (None, [only]) => *only,
        (None, roles) => return Err(BuildFault::Roles { component: built.component.clone(), roles: roles.to_vec() }),
    };
    host.compiler().fits(&bytes, world).map_err(unsound)?;
    Ok(Sound { world, bytes: bytes.len(), outline })
}
