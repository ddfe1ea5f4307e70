//! `witgate plugin bench`: what a policy's calls cost, and whether they cost more than they did.
//!
//! Never more than arguments and printing: `workbench/bench` measures.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde::Serialize;
use witgate_cases::{Case, Expect, File, Request};

use super::fresh::Fresh;
use super::under::Under;
use super::{EXIT_FAILED, EXIT_USAGE, document, failed, print};
use crate::workbench::bench::{self, Change, Measured};
use crate::workbench::cases;
use crate::workbench::host::Host;
use crate::workbench::settings;

#[derive(Debug, Args)]
pub(super) struct Bench {
    /// A policy's folder, or its component
    #[arg(default_value = ".", value_name = "FOLDER|FILE")]
    place: PathBuf,
    /// What it is asked; the cases.toml of the folder where it is left out, or GET / without one
    #[arg(long, value_name = "FILE")]
    cases: Option<PathBuf>,
    /// The config of cases without their own: JSON in braces, or a .json or .toml file
    #[arg(long, value_name = "JSON|FILE")]
    settings: Option<String>,
    #[command(flatten)]
    under: Under,
    #[command(flatten)]
    fresh: Fresh,
    /// Write what was measured into this file
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    /// Compare with what was saved into this file
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// How much more than the baseline is too much, in percent: exit code 1
    #[arg(long, value_name = "PERCENT", default_value = "10", value_parser = percent, requires = "baseline")]
    threshold: f64,
    /// Print a document instead of text
    #[arg(long)]
    json: bool,
}

/// What is printed with --json.
#[derive(Serialize)]
struct Report<'r> {
    measured: &'r Measured,
    #[serde(skip_serializing_if = "Option::is_none")]
    changes: Option<&'r [Change]>,
}

pub(super) fn run(arguments: &Bench) -> ExitCode {
    match measured(arguments) {
        Ok((measured, changes)) => {
            let changes = changes.as_deref();
            let past = changes.is_some_and(|changes| changes.iter().any(|change| change.past));
            let code = if past { ExitCode::from(EXIT_FAILED) } else { ExitCode::SUCCESS };
            let report = Report { measured: &measured, changes };
            let text = if arguments.json { document(&report) } else { bench::render(&measured, changes) };
            print(&text, code)
        }
        Err((why, code)) => failed("bench", why, code),
    }
}

type Failed = (String, u8);

fn measured(arguments: &Bench) -> Result<(Measured, Option<Vec<Change>>), Failed> {
    let usage = |why: String| (why, EXIT_USAGE);
    let baseline = arguments.baseline.as_deref().map(saved).transpose().map_err(usage)?;
    let entry = arguments.under.entry().map_err(usage)?.map(|(mut config, index)| config.plugins.swap_remove(index));
    let subject = arguments.fresh.subject(&arguments.place)?;
    let mut file = asked(arguments.cases.as_ref().or(subject.cases.as_ref())).map_err(usage)?;
    match (&arguments.settings, &entry) {
        (Some(given), _) => file.config = Some(settings::read("--settings", given).map_err(usage)?),
        (None, Some(entry)) if file.config.is_none() => file.config = serde_json::from_str(&entry.config_json).ok(),
        _ => {}
    }
    let host = Host::start().map_err(|fault| (fault.to_string(), EXIT_FAILED))?;
    let measured =
        bench::bench(&host, &subject, entry.as_ref(), &file).map_err(|fault| (fault.to_string(), EXIT_FAILED))?;
    let changes = baseline.map(|then| bench::compare(&then, &measured, arguments.threshold));
    let changes = changes.transpose().map_err(|fault| usage(fault.to_string()))?;
    if let Some(path) = &arguments.save {
        let written = std::fs::write(path, document(&measured));
        written.map_err(|error| usage(format!("{}: {error}", path.display())))?;
    }
    Ok((measured, changes))
}

fn asked(path: Option<&PathBuf>) -> Result<File, String> {
    let Some(path) = path else {
        let expect = Expect { outcome: Some("allow".to_owned()), ..Expect::default() };
        let case = Case { name: "GET /".to_owned(), request: Request::new("GET", "/"), expect, ..Case::default() };
        return Ok(File { config: None, cases: vec![case] });
    };
    cases::read(path)
}

fn saved(path: &Path) -> Result<Measured, String> {
    let text =
        std::fs::read_to_string(path).map_err(|error| format!("{}: {error}; --save writes one", path.display()))?;
    serde_json::from_str(&text).map_err(|error| format!("{} is no saved measurement: {error}", path.display()))
}

fn percent(text: &str) -> Result<f64, String> {
    let number = text.trim_end_matches('%').parse().ok().filter(|number: &f64| number.is_finite() && *number >= 0.0);
    number.ok_or_else(|| "a percentage, such as 10".to_owned())
}
