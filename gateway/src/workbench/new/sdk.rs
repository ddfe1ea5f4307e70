//! Where a new crate finds the SDK: a folder, or a version of the registry.
//!
//! Never a folder that does not hold it.

use std::fs;
use std::path::{Path, PathBuf};

use super::NewFault;
use crate::policy::component::contract;

/// The crate.
const CRATE: &str = "witgate-plugin";

/// Where it was when this program was built.
const BUILT_FROM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../plugins/sdk");

/// Where the SDK is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sdk {
    /// its folder, from the root of the file system
    Folder(PathBuf),
    /// a version requirement, such as `0.2`
    Version(String),
}

impl Sdk {
    /// What `--sdk` names; without it the checkout that this program was built from, where it is still there, or the
    /// version of this program's contract.
    ///
    /// # Errors
    /// When it names neither a folder with the SDK nor a version.
    pub fn named(given: Option<&str>) -> Result<Self, NewFault> {
        let Some(given) = given else {
            return Ok(folder(Path::new(BUILT_FROM)).unwrap_or_else(of_contract));
        };
        let version = || is_version(given).then(|| Self::Version(given.to_owned()));
        folder(Path::new(given)).or_else(version).ok_or_else(|| NewFault::Sdk { given: given.to_owned() })
    }

    /// The value of the dependency in Cargo.toml.
    pub(super) fn dependency(&self) -> String {
        match self {
            Self::Folder(folder) => format!("{{ path = {} }}", toml::Value::from(folder.display().to_string())),
            Self::Version(version) => format!("\"{version}\""),
        }
    }

    /// The versions that the SDK itself is tested with: the lock file of its workspace.
    pub(super) fn lock(&self) -> Option<Vec<u8>> {
        let Self::Folder(folder) = self else { return None };
        fs::read(folder.join("../../Cargo.lock")).ok()
    }
}

/// An SDK has the version of the contract that it is made for.
fn of_contract() -> Sdk {
    let contract = contract();
    let version = contract.split_once('@').map_or(contract.as_str(), |(_, version)| version);
    Sdk::Version(version.to_owned())
}

fn folder(given: &Path) -> Option<Sdk> {
    let manifest: toml::Table = fs::read_to_string(given.join("Cargo.toml")).ok()?.parse().ok()?;
    let name = manifest.get("package")?.get("name")?.as_str()?;
    let whole = given.canonicalize().ok()?;
    (name == CRATE).then_some(Sdk::Folder(whole))
}

/// A version such as `0.2` or `0.2.1`: no operators, which a shell would take for its own.
fn is_version(text: &str) -> bool {
    let parts: Vec<&str> = text.split('.').collect();
    (1..=3).contains(&parts.len())
        && parts.iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checkout_that_built_this_program_is_the_default() {
        let Sdk::Folder(folder) = Sdk::named(None).expect("an SDK") else { panic!("a folder") };
        assert!(folder.is_absolute() && folder.ends_with("plugins/sdk"), "{}", folder.display());
        assert_eq!(Sdk::named(Some(BUILT_FROM)).expect("the same"), Sdk::Folder(folder));
    }

    #[test]
    fn without_a_checkout_it_is_the_version_of_the_contract() {
        let manifest = fs::read_to_string(Path::new(BUILT_FROM).join("Cargo.toml")).expect("the SDK's manifest");
        let Sdk::Version(version) = of_contract() else { panic!("a version") };
        assert!(manifest.contains(&format!("version = \"{version}\"")), "{version} is not that of the SDK");
    }

    #[test]
    fn a_version_is_taken_and_another_folder_refused() {
        assert_eq!(Sdk::named(Some("0.2")).expect("a version").dependency(), "\"0.2\"");
        for given in ["..", "latest", "0.", "^1", "1.2.3.4", ""] {
            let said = Sdk::named(Some(given)).expect_err(given).to_string();
            assert!(said.contains("give a path to plugins/sdk"), "{said}");
        }
    }
}
