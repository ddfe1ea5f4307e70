//! `witgate plugin check`: whether the gateway would take a component.
//!
//! Never more than arguments and printing: `workbench/check` looks.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde_json::Value;

use super::under::Under;
use super::{EXIT_FAILED, EXIT_USAGE, document, failed, print};
use crate::workbench::cases;
use crate::workbench::check::{self, Setup};
use crate::workbench::host::Host;
use crate::workbench::settings;
use crate::workbench::subject::Subject;

#[derive(Debug, Args)]
pub(super) struct Check {
    /// A policy's folder, or its component; with --plugin the entry's own file where it is left out
    #[arg(value_name = "FOLDER|FILE")]
    place: Option<PathBuf>,
    #[command(flatten)]
    under: Under,
    /// A config to try it with: JSON in braces, or a .json or .toml file; the configs of its cases.toml where it is left out
    #[arg(long, value_name = "JSON|FILE", conflicts_with = "plugin")]
    settings: Option<String>,
    /// Print a document instead of text
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Check) -> ExitCode {
    let (subject, setup) = match prepared(arguments) {
        Ok(prepared) => prepared,
        Err(why) => return failed("check", why, EXIT_USAGE),
    };
    let host = match Host::start() {
        Ok(host) => host,
        Err(fault) => return failed("check", fault, EXIT_FAILED),
    };
    let checked = check::check(&host, &subject, &setup);
    let code = if checked.is_good() { ExitCode::SUCCESS } else { ExitCode::from(EXIT_FAILED) };
    let text = if arguments.json { document(&checked) } else { check::render(&checked) };
    print(&text, code)
}

fn prepared(arguments: &Check) -> Result<(Subject, Setup), String> {
    if let Some((config, index)) = arguments.under.entry()? {
        let file = arguments.place.clone().unwrap_or_else(|| config.plugins[index].file.clone());
        return Ok((subject(&file)?, Setup::Entry(Box::new(config), index)));
    }
    let place = arguments.place.clone().unwrap_or_else(|| PathBuf::from("."));
    let subject = subject(&place)?;
    let configs = match (&arguments.settings, &subject.cases) {
        (Some(given), _) => vec![("--settings".to_owned(), settings::read("--settings", given)?)],
        (None, Some(cases)) => of_cases(cases)?,
        (None, None) => Vec::new(),
    };
    Ok((subject, Setup::Configs(configs)))
}

fn subject(place: &Path) -> Result<Subject, String> {
    Subject::at(place).map_err(|fault| fault.to_string())
}

/// Each config of a cases.toml once, under the name of the first case that has it.
fn of_cases(path: &Path) -> Result<Vec<(String, Value)>, String> {
    let file = cases::read(path)?;
    let mut configs: Vec<(String, Value)> = Vec::new();
    for case in &file.cases {
        let config: Value = serde_json::from_str(&file.config_of(case)).unwrap_or_default();
        if !configs.iter().any(|(_, known)| *known == config) {
            let name =
                if case.config.is_some() { format!("the config of {:?}", case.name) } else { "[config]".to_owned() };
            configs.push((format!("{} of {}", name, path.display()), config));
        }
    }
    Ok(configs)
}
