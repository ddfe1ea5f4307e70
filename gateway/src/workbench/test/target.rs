//! What is tested: a component, the entry it runs under, and its cases.
//!
//! Never more than was read: nothing here looks at a file twice.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::config::{self, Faults};
use crate::policy::component::{self, LoadError};
use crate::workbench::build::{self, BuildFault, Building};
use crate::workbench::cases;
use crate::workbench::package::{Package, PackageFault};

/// The cases of a policy, where nobody says otherwise.
pub const CASES: &str = "cases.toml";

/// One policy to test.
#[derive(Clone)]
pub struct Target {
    /// how the policy is called in what is printed
    pub name: String,
    /// where the component was read
    pub file: PathBuf,
    /// the component
    pub bytes: Vec<u8>,
    /// where the cases were read
    pub cases_file: PathBuf,
    /// the cases
    pub cases: witgate_cases::File,
    /// its entry in gateway.toml, and the prefix of the headers that no policy may set; nothing for a component alone
    pub entry: Option<(config::Plugin, String)>,
}

/// Why there is nothing to test.
#[derive(Debug, Error)]
pub enum TargetFault {
    /// a folder or component that was named and is not there
    #[error("there is no {}", .0.display())]
    NoPlace(PathBuf),
    /// a component that cannot be read
    #[error("{}: {error}; {}", .file.display(), .error.remedy())]
    Component {
        /// its file
        file: PathBuf,
        /// why
        error: LoadError,
    },
    /// cases that cannot be read
    #[error("{}: {error}; write them there, or name another file with --cases (docs/testing-policies.md)", .file.display())]
    NoCases {
        /// their file
        file: PathBuf,
        /// why
        error: io::Error,
    },
    /// cases that make no sense
    #[error("{}: {fault}", .file.display())]
    Cases {
        /// their file
        file: PathBuf,
        /// what is wrong
        fault: witgate_cases::Fault,
    },
    /// a folder that holds no policy, or one that is not built
    #[error(transparent)]
    Package(#[from] PackageFault),
    /// a build that failed
    #[error(transparent)]
    Build(#[from] BuildFault),
    /// a gateway.toml with faults
    #[error("the configuration has faults")]
    Config(Faults),
    /// an entry that is not there
    #[error("{} has no plugin `{name}`; it has: {known}", .config.display())]
    NoEntry {
        /// the file
        config: PathBuf,
        /// what was asked for
        name: String,
        /// what there is
        known: String,
    },
}

impl Target {
    /// A component alone, with the cases of a file; without one, those of the cases.toml beside it.
    ///
    /// # Errors
    /// When one of them cannot be read.
    pub fn component(file: &Path, cases: Option<&Path>) -> Result<Self, TargetFault> {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().replace('_', "-");
        let beside = || file.parent().unwrap_or(Path::new("")).join(CASES);
        Self::read(name, file, &cases.map_or_else(beside, Path::to_owned), None)
    }

    /// The policy of a folder, built first as `building` says.
    ///
    /// # Errors
    /// When the folder is none of a policy, or the build fails.
    pub fn package(folder: &Path, cases: Option<&Path>, building: Building) -> Result<Self, TargetFault> {
        let package = Package::at(folder)?;
        let file: PathBuf = build::component::<TargetFault>(&package, building)?;
        let own = package.cases();
        Self::read(package.name().to_owned(), &file, cases.unwrap_or(&own), None)
    }

    /// A plugin as an entry of gateway.toml has it: its limits, grants and secrets, its component and its cases.
    ///
    /// # Errors
    /// When the file has faults or no such entry, or something that the entry names cannot be read.
    pub fn entry(
        config: &Path,
        name: &str,
        component: Option<&Path>,
        cases: Option<&Path>,
    ) -> Result<Self, TargetFault> {
        let read = config::load(config).map_err(TargetFault::Config)?;
        let Some(entry) = read.plugins.iter().find(|plugin| plugin.name == name) else {
            let known: Vec<&str> = read.plugins.iter().map(|plugin| plugin.name.as_str()).collect();
            let (config, name, known) = (config.to_owned(), name.to_owned(), known.join(", "));
            return Err(TargetFault::NoEntry { config, name, known });
        };
        let file = component.unwrap_or(&entry.file);
        let own = entry.cases.as_ref().map(|cases| cases.file.clone());
        let beside = || file.parent().unwrap_or(Path::new("")).join(CASES);
        let cases = cases.map(Path::to_owned).or(own).unwrap_or_else(beside);
        Self::read(name.to_owned(), file, &cases, Some((entry.clone(), read.identity_prefix.clone())))
    }

    /// A policy by its files.
    ///
    /// # Errors
    /// When one of them cannot be read.
    pub fn read(
        name: String,
        file: &Path,
        cases_file: &Path,
        entry: Option<(config::Plugin, String)>,
    ) -> Result<Self, TargetFault> {
        let place = || cases_file.to_owned();
        let text = cases::text(cases_file).map_err(|error| TargetFault::NoCases { file: place(), error })?;
        let cases = witgate_cases::File::read(&text).map_err(|fault| TargetFault::Cases { file: place(), fault })?;
        let bytes = component::read(file).map_err(|error| TargetFault::Component { file: file.to_owned(), error })?;
        Ok(Self { name, file: file.to_owned(), bytes, cases_file: place(), cases, entry })
    }
}
