//! `witgate plugin inspect`: what a component is.
//!
//! Never more than arguments and printing: `workbench/inspect` looks.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::{EXIT_FAILED, EXIT_USAGE, document, failed, print};
use crate::workbench::host::Host;
use crate::workbench::inspect;
use crate::workbench::subject::Subject;

#[derive(Debug, Args)]
pub(super) struct Inspect {
    /// A policy's folder, or its component
    #[arg(default_value = ".", value_name = "FOLDER|FILE")]
    place: PathBuf,
    /// Print a document instead of text
    #[arg(long)]
    json: bool,
    /// Print only the JSON Schema of its config
    #[arg(long, conflicts_with = "json")]
    schema: bool,
}

pub(super) fn run(arguments: &Inspect) -> ExitCode {
    let refused = |why: String| failed("inspect", why, EXIT_USAGE);
    let subject = match Subject::at(&arguments.place) {
        Ok(subject) => subject,
        Err(fault) => return refused(fault.to_string()),
    };
    let host = match Host::start() {
        Ok(host) => host,
        Err(fault) => return failed("inspect", fault, EXIT_FAILED),
    };
    let found = match inspect::inspect(&host, &subject) {
        Ok(found) => found,
        Err(error) => return refused(format!("{}: {error}; {}", subject.component.display(), error.remedy())),
    };
    if arguments.schema {
        return match &found.config_schema {
            Some(schema) => print(&document(schema), ExitCode::SUCCESS),
            None => failed("inspect", "it has no schema of its config", EXIT_FAILED),
        };
    }
    let code = if found.fault.is_some() { ExitCode::from(EXIT_FAILED) } else { ExitCode::SUCCESS };
    let text = if arguments.json { document(&found) } else { inspect::render(&found) };
    print(&text, code)
}
