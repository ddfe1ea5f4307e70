//! A policy's folder: its language, its name, its world, and where its component and its cases are.
//!
//! Never builds, and never writes. There is no manifest of ours: Cargo.toml, package.json or pyproject.toml says it all.

mod fault;
mod crates;
mod script;

use std::path::{Path, PathBuf};

pub use crates::WASM_TARGET;
pub(super) use crates::cargo;
pub use fault::PackageFault;
pub use script::Script;

use crate::config::World;

/// The profile that a crate's component is built with.
pub const PROFILE: &str = "plugin";

/// The file with a policy's cases, in its folder.
const CASES: &str = "cases.toml";

/// What a policy is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// a crate, built by cargo
    Rust,
    /// a module, built by npm's jco
    JavaScript,
    /// modules, built by PyPI's componentize-py
    Python,
}

impl Language {
    /// All of them.
    pub const ALL: [Language; 3] = [Language::Rust, Language::JavaScript, Language::Python];

    /// As it is written after `--lang`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::JavaScript => "js",
            Self::Python => "python",
        }
    }
}

/// A policy's folder, read.
#[derive(Debug, Clone)]
pub struct Package {
    folder: PathBuf,
    name: String,
    component: PathBuf,
    recipe: Recipe,
}

/// What it takes to build it.
#[derive(Debug, Clone)]
pub(super) enum Recipe {
    /// Cargo.toml says it
    Cargo,
    /// the module, and what goes with it
    JavaScript(Script),
    /// the same
    Python(Script),
}

impl Package {
    /// Reads a folder's manifest.
    ///
    /// # Errors
    /// When there is none, or when it does not describe a policy; the fault names file, key and remedy.
    pub fn at(folder: &Path) -> Result<Self, PackageFault> {
        if !folder.is_dir() {
            return Err(PackageFault::NoFolder(folder.to_owned()));
        }
        if folder.join(crates::MANIFEST).exists() {
            return crates::read(folder);
        }
        if let Some(package) = script::javascript(folder)? {
            return Ok(package);
        }
        script::python(folder)?.ok_or_else(|| PackageFault::NoManifest(folder.to_owned()))
    }

    /// The folder, as it was given.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The name in its manifest.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it is written in.
    pub fn language(&self) -> Language {
        match self.recipe {
            Recipe::Cargo => Language::Rust,
            Recipe::JavaScript(_) => Language::JavaScript,
            Recipe::Python(_) => Language::Python,
        }
    }

    /// The world that its manifest names; a crate's is known from its component only.
    pub fn world(&self) -> Option<World> {
        match &self.recipe {
            Recipe::Cargo => None,
            Recipe::JavaScript(script) | Recipe::Python(script) => Some(script.world),
        }
    }

    /// Where its component is, once it was built.
    pub fn component(&self) -> PathBuf {
        self.component.clone()
    }

    /// Where its cases are, if it has any.
    pub fn cases(&self) -> PathBuf {
        self.folder.join(CASES)
    }

    /// The component of a package that was built.
    ///
    /// # Errors
    /// When it was not.
    pub fn built(&self) -> Result<PathBuf, PackageFault> {
        let not_built = || PackageFault::NotBuilt { component: self.component(), folder: self.folder.clone() };
        if self.component.is_file() { Ok(self.component()) } else { Err(not_built()) }
    }

    pub(super) fn recipe(&self) -> &Recipe {
        &self.recipe
    }
}

#[cfg(test)]
mod tests;
