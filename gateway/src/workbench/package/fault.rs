//! What can be wrong with a policy's folder, in words that say what to do.
//!
//! Never quotes more of a manifest than a key.

use std::path::PathBuf;

use thiserror::Error;

/// Why a folder is no policy.
#[derive(Debug, Error)]
pub enum PackageFault {
    /// nothing there
    #[error("{} is no folder; give the folder of a policy, or a component's .wasm file", .0.display())]
    NoFolder(PathBuf),
    /// no manifest that we know
    #[error(
        "{} has no Cargo.toml, no package.json with \"witgate\" and no pyproject.toml with [tool.witgate]; \
         `witgate plugin new NAME --world authorizer` makes a policy", .0.display()
    )]
    NoManifest(PathBuf),
    /// a manifest that cannot be read
    #[error("{}: {why}", .file.display())]
    Manifest {
        /// the file
        file: PathBuf,
        /// what is wrong with it, and what to do
        why: String,
    },
    /// cargo does not understand its manifest
    #[error("cargo cannot read {}:\n{said}", .file.display())]
    Cargo {
        /// the Cargo.toml
        file: PathBuf,
        /// cargo's words
        said: String,
    },
    /// cargo is not there
    #[error("cargo does not start: {0}; Rust is installed with rustup, see https://rustup.rs")]
    NoCargo(String),
    /// no component yet
    #[error("{} is not there; run `witgate plugin build {}`", .component.display(), .folder.display())]
    NotBuilt {
        /// where it would be
        component: PathBuf,
        /// the package's folder
        folder: PathBuf,
    },
}
