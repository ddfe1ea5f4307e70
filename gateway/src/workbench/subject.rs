//! What a command is about: a policy's folder, or a component alone.
//!
//! Never in doubt about which component it is: one that could not be built is no other one.

use std::path::{Path, PathBuf};

use thiserror::Error;

use super::build::{self, BuildFault, Building};
use super::package::{Package, PackageFault};
use crate::policy::component::{self, LoadError};

/// A component, and the cases beside it.
#[derive(Debug, Clone)]
pub struct Subject {
    /// where it lies
    pub component: PathBuf,
    /// the file, whole
    pub bytes: Vec<u8>,
    /// the cases.toml of its folder, where it has one
    pub cases: Option<PathBuf>,
}

/// Why there is nothing to look at.
#[derive(Debug, Error)]
pub enum SubjectFault {
    /// the folder is no policy, or was not built
    #[error(transparent)]
    Package(#[from] PackageFault),
    /// the build failed
    #[error(transparent)]
    Build(#[from] BuildFault),
    /// the file cannot be read
    #[error("{}: {error}; {}", path.display(), error.remedy())]
    File {
        /// which one
        path: PathBuf,
        /// why
        error: LoadError,
    },
}

impl Subject {
    /// How it is called where no entry names it: as its file, without the ending.
    pub fn name(&self) -> String {
        self.component.file_stem().unwrap_or_default().to_string_lossy().replace('_', "-")
    }

    /// Reads a component: the file at `place`, or what the folder there was built into.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub fn at(place: &Path) -> Result<Self, SubjectFault> {
        Self::built(place, Building::Never)
    }

    /// The same, where a folder's policy is built first as `building` says.
    ///
    /// # Errors
    /// As [`Subject::at`]; when the build fails.
    pub fn built(place: &Path, building: Building) -> Result<Self, SubjectFault> {
        let (component, cases) = if place.is_dir() {
            let package = Package::at(place)?;
            (
                build::component::<SubjectFault>(&package, building)?,
                Some(package.cases()).filter(|cases| cases.is_file()),
            )
        } else {
            (place.to_owned(), None)
        };
        match component::read(&component) {
            Ok(bytes) => Ok(Self { component, bytes, cases }),
            Err(error) => Err(SubjectFault::File { path: component, error }),
        }
    }
}
