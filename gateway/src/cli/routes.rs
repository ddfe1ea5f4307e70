//! `witgate routes`, `witgate check --explain ROUTE` and `witgate schema`: what a gateway.toml says, and may say.
//!
//! Never starts anything that serves.

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use clap::Args;

use super::{EXIT_REFUSED, Files, report};
use crate::config;
use crate::overview::routes;
use crate::server;

/// The JSON Schema of gateway.toml; a test keeps it true.
const SCHEMA: &str = include_str!("../../../gateway.schema.json");

#[derive(Debug, Args)]
pub(super) struct Routes {
    #[command(flatten)]
    files: Files,
    /// Print a document instead of a table
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Routes) -> ExitCode {
    let lines = match config::load(&arguments.files.config) {
        Ok(config) => routes::lines(&config),
        Err(faults) => return report(&faults.into()),
    };
    let document =
        if arguments.json { serde_json::to_string_pretty(&lines).map(|text| text + "\n").ok() } else { None };
    print(&document.unwrap_or_else(|| routes::table(&lines)))
}

pub(super) fn explain(config: &Path, route: &str) -> ExitCode {
    match server::explain_route(config, route) {
        Ok(Some(told)) => print(&told),
        Ok(None) => {
            let _ =
                writeln!(std::io::stderr(), "witgate check: there is no route {route:?}; `witgate routes` lists them");
            ExitCode::from(EXIT_REFUSED)
        }
        Err(error) => report(&error),
    }
}

pub(super) fn schema() -> ExitCode {
    print(SCHEMA)
}

fn print(text: &str) -> ExitCode {
    let _ = std::io::stdout().write_all(text.as_bytes());
    ExitCode::SUCCESS
}
