//! `--no-build`: whether a folder's policy is built before its component is used.
//!
//! Never takes another component in the place of one that could not be built.

use std::path::Path;

use clap::Args;

use super::{EXIT_FAILED, EXIT_USAGE};
use crate::workbench::build::Building;
use crate::workbench::subject::{Subject, SubjectFault};

#[derive(Debug, Args)]
pub(super) struct Fresh {
    /// Take the component that is there, also when the sources are newer
    #[arg(long)]
    no_build: bool,
}

impl Fresh {
    /// What is done with a folder, where nothing forbids to build.
    pub(super) fn building(&self, usually: Building) -> Building {
        if self.no_build { Building::Never } else { usually }
    }

    /// The component at a place, built as it ships; else why not, and the exit code.
    pub(super) fn subject(&self, place: &Path) -> Result<Subject, (String, u8)> {
        Subject::built(place, self.building(Building::Shipped)).map_err(|fault| match fault {
            SubjectFault::Build(_) => (fault.to_string(), EXIT_FAILED),
            SubjectFault::Package(_) | SubjectFault::File { .. } => (fault.to_string(), EXIT_USAGE),
        })
    }
}
