//! `witgate replay`: what a changed policy would have answered to recorded requests.
//!
//! Never changes a recording, and never overwrites a file.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use clap::ValueEnum;
use jiff::{SignedDuration, Timestamp};
use witgate_settings::show::show;

use crate::replay::{self, Choice, Expecting, Newcomer, NewcomerError, Report};

/// Exit code where an answer changes.
const EXIT_CHANGED: u8 = 1;
/// Exit code where nothing can be asked.
const EXIT_UNUSABLE: u8 = 2;

#[derive(Debug, Args)]
pub(super) struct Replay {
    /// What `witgate run --record` wrote: its folder, or one file of it
    #[arg(value_name = "RECORDING")]
    recording: PathBuf,
    /// The component to ask, or the folder of a policy that is built
    #[arg(long, value_name = "FILE", required_unless_present = "entry")]
    plugin: Option<PathBuf>,
    /// Its config as under [plugins.NAME.config]: JSON in braces, or a .json or .toml file
    #[arg(long, value_name = "SETTINGS", conflicts_with = "entry")]
    settings: Option<String>,
    /// Take config, limits and grants from this plugin of gateway.toml; without --plugin its component, too
    #[arg(long, value_name = "NAME")]
    entry: Option<String>,
    /// The gateway.toml of --entry
    #[arg(long, short, value_name = "FILE", default_value = "gateway.toml")]
    config: PathBuf,
    /// Whose recorded decisions: the plugin's name when they were recorded. Not needed where one plugin has the role
    #[arg(long, value_name = "NAME")]
    of: Option<String>,
    /// Not what was recorded before: a time, or so long ago, such as 2026-11-20T00:00:00Z or 24h
    #[arg(long, value_name = "TIME", value_parser = moment)]
    since: Option<Timestamp>,
    /// Not what was recorded after
    #[arg(long, value_name = "TIME", value_parser = moment)]
    until: Option<Timestamp>,
    /// A variable that the component sees; those of a recording are not recorded
    #[arg(long = "env", value_name = "NAME=VALUE", value_parser = variable)]
    environment: Vec<(String, String)>,
    /// Write changed decisions to this new file, as cases for the policy's tests
    #[arg(long, value_name = "FILE")]
    cases: Option<PathBuf>,
    /// Which answer those cases expect
    #[arg(long, value_name = "WHICH", default_value = "recorded", requires = "cases")]
    expect: Expected,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Expected {
    /// the one that was recorded
    Recorded,
    /// the new component's
    New,
}

pub(super) fn run(arguments: Replay) -> ExitCode {
    match replayed(arguments) {
        Ok(changed) => ExitCode::from(if changed { EXIT_CHANGED } else { 0 }),
        Err(why) => {
            let _ = writeln!(std::io::stderr(), "witgate replay: {why}");
            ExitCode::from(EXIT_UNUSABLE)
        }
    }
}

/// Whether an answer changes, or why that cannot be said.
fn replayed(arguments: Replay) -> Result<bool, String> {
    let Replay { recording, plugin, settings, entry, config, of, since, until, environment, .. } = arguments;
    let environment: BTreeMap<String, String> = environment.into_iter().collect();
    let newcomer = match (&entry, &plugin) {
        (Some(name), plugin) => Newcomer::of_entry(&config, name, plugin.as_deref(), environment),
        (None, Some(plugin)) => Newcomer::bare(plugin, settings.as_deref(), environment),
        (None, None) => return Err("name a component with --plugin, or an entry with --entry".to_owned()),
    };
    let newcomer = newcomer.map_err(|error| told(&error))?;
    let world = newcomer.world();
    let choice = match of.or(entry) {
        Some(name) => Ok(Choice::of(&recording, &name, world)),
        None => Choice::only(&recording, world),
    };
    let choice = choice.map_err(|error| error.to_string())?;
    let report = replay::replay(&newcomer, &Choice { since, until, ..choice }).map_err(|error| error.to_string())?;
    print(&report, arguments.json)?;
    if let Some(path) = &arguments.cases {
        let expecting = match arguments.expect {
            Expected::Recorded => Expecting::Recorded,
            Expected::New => Expecting::New,
        };
        write_cases(path, &report, &newcomer, expecting)?;
    }
    if report.replayed == 0 {
        return Err(format!("no decision of {world} `{}` could be asked again", report.plugin));
    }
    Ok(report.changed > 0)
}

/// The faults of a gateway.toml are shown as elsewhere.
fn told(error: &NewcomerError) -> String {
    let NewcomerError::Config(faults) = error else { return error.to_string() };
    let _ = show(faults, &mut std::io::stderr());
    "gateway.toml cannot be used".to_owned()
}

fn print(report: &Report, json: bool) -> Result<(), String> {
    let text = if json {
        serde_json::to_string_pretty(report).map(|text| text + "\n").map_err(|error| error.to_string())?
    } else {
        replay::text(report)
    };
    std::io::stdout().write_all(text.as_bytes()).map_err(|error| error.to_string())
}

fn write_cases(path: &Path, report: &Report, newcomer: &Newcomer, expecting: Expecting) -> Result<(), String> {
    let (text, count) = replay::cases_toml(report, newcomer.config_json(), expecting);
    if count == 0 {
        return Ok(());
    }
    let fault = |error: std::io::Error| format!("cannot write {}: {error}", path.display());
    let mut file = OpenOptions::new().write(true).create_new(true).open(path).map_err(fault)?;
    file.write_all(text.as_bytes()).map_err(fault)?;
    let cases = if count == 1 { "1 case".to_owned() } else { format!("{count} cases") };
    let _ = writeln!(std::io::stderr(), "{cases} written to {}", path.display());
    Ok(())
}

/// A time of day, or how long ago.
fn moment(text: &str) -> Result<Timestamp, String> {
    if let Ok(at) = text.parse() {
        return Ok(at);
    }
    let ago: Option<SignedDuration> = text.parse().ok();
    let at = ago.and_then(|ago| Timestamp::now().checked_sub(ago).ok());
    at.ok_or_else(|| "a time such as 2026-11-20T00:00:00Z, or how long ago, such as 24h".to_owned())
}

fn variable(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').filter(|(name, _)| !name.is_empty());
    pair.map(|(name, value)| (name.to_owned(), value.to_owned())).ok_or_else(|| "such as REGION=eu".to_owned())
}
