//! `witgate plugin test`: arguments, the lines as they come, and the report in three forms.
//!
//! Never says that all is well where no case was asked.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use witgate_settings::show::show;

use super::fresh::Fresh;
use super::{EXIT_FAILED, EXIT_USAGE, failed, say};
use crate::workbench::build::{self, Building};
use crate::workbench::host::Host;
use crate::workbench::package::Package;
use crate::workbench::test::{self, Changes, Report, Target, TargetFault, Testing};

const COMMAND: &str = "test";

#[derive(Debug, Args)]
pub(super) struct Test {
    /// Folders of policies, or components; this folder, where none is named. Of several folders, those without a cases.toml are
    /// passed over. With --plugin at most one, in the place of the entry's own component
    #[arg(value_name = "FOLDER|FILE.wasm")]
    places: Vec<PathBuf>,
    /// The cases, instead of the policy's own cases.toml
    #[arg(long, value_name = "FILE")]
    cases: Option<PathBuf>,
    /// Test a plugin as its entry in this gateway.toml has it, with its limits and grants
    #[arg(long, value_name = "FILE", requires = "plugin")]
    config: Option<PathBuf>,
    /// The entry in gateway.toml
    #[arg(long, value_name = "NAME", requires = "config")]
    plugin: Option<String>,
    /// Test every policy right below this folder
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["config", "cases", "places"])]
    workspace: Option<PathBuf>,
    /// Only cases whose name holds this text
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// Fail when a code or a rule is reached by no case
    #[arg(long, value_name = "HOW", default_value = "show")]
    coverage: Coverage,
    /// Print a document instead of text
    #[arg(long, conflicts_with = "watch")]
    json: bool,
    /// Write the report as JUnit XML, too
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Build and test again after every save, until Ctrl-C. Crates are built for a quick look, not as they ship
    #[arg(long)]
    watch: bool,
    #[command(flatten)]
    fresh: Fresh,
}

/// What becomes of codes and rules that no case reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Coverage {
    /// they are listed
    Show,
    /// they are a failure
    Require,
}

pub(super) fn run(arguments: &Test) -> ExitCode {
    if arguments.plugin.is_some() && arguments.places.len() > 1 {
        return failed(COMMAND, "--plugin tests one entry: name one folder or component, or none", EXIT_USAGE);
    }
    let host = match Host::start() {
        Ok(host) => host,
        Err(fault) => return failed(COMMAND, fault, EXIT_FAILED),
    };
    if arguments.watch { watch(&host, arguments) } else { once(&host, arguments) }
}

fn once(host: &Host, arguments: &Test) -> ExitCode {
    let targets = match targets(arguments) {
        Ok(targets) if targets.is_empty() => {
            return failed(COMMAND, "no policy with a cases.toml is there", EXIT_USAGE);
        }
        Ok(targets) => targets,
        Err(fault) => return told(&fault),
    };
    let testing = Testing { targets: &targets, filter: arguments.filter.as_deref() };
    let report = testing.run(host, |plugin| {
        if !arguments.json {
            say(&test::lines(plugin))
        }
    });
    if arguments.json {
        let document = serde_json::to_string_pretty(&report).unwrap_or_else(|error| error.to_string());
        say(&format!("{document}\n"));
    } else {
        say(&test::failures(&report));
        say(&test::summary(&report));
    }
    if let Some(file) = &arguments.junit
        && let Err(why) = write_junit(&report, file)
    {
        return failed(COMMAND, why, EXIT_USAGE);
    }
    verdict(&report, arguments)
}

fn verdict(report: &Report, arguments: &Test) -> ExitCode {
    let covered = arguments.coverage == Coverage::Show || report.is_covered();
    if report.passed + report.failed == 0 {
        let filter = arguments.filter.as_deref().unwrap_or_default();
        return failed(COMMAND, format!("no case has {filter:?} in its name"), EXIT_USAGE);
    }
    if report.is_good() && covered { ExitCode::SUCCESS } else { ExitCode::from(EXIT_FAILED) }
}

/// A fault of a build or of a file is told, and the next save tries again.
fn watch(host: &Host, arguments: &Test) -> ExitCode {
    let places: Vec<PathBuf> = match watched(arguments) {
        Ok(places) => places,
        Err(error) => return failed(COMMAND, error, EXIT_USAGE),
    };
    // What is saved while the tests run is heard afterwards.
    let changes = match Changes::of(&places) {
        Ok(changes) => changes,
        Err(error) => return failed(COMMAND, format!("cannot watch: {error}"), EXIT_FAILED),
    };
    loop {
        once(host, arguments);
        say("watching for a save (Ctrl-C ends)\n");
        if !changes.wait() {
            return failed(COMMAND, "nothing can be watched any more", EXIT_FAILED);
        }
    }
}

fn watched(arguments: &Test) -> std::io::Result<Vec<PathBuf>> {
    let places = folders(arguments);
    let own = places.iter().chain(&arguments.cases).chain(&arguments.config);
    own.map(|place| Ok(looked_at(place.canonicalize()?))).collect()
}

/// Of a file its folder: an editor that renames takes a watch of the file away with the old one.
fn looked_at(place: PathBuf) -> PathBuf {
    if place.is_dir() { place } else { place.parent().map(Path::to_owned).unwrap_or(place) }
}

fn folders(arguments: &Test) -> Vec<PathBuf> {
    let Some(workspace) = &arguments.workspace else {
        let here = arguments.places.is_empty().then(|| PathBuf::from("."));
        return here.into_iter().chain(arguments.places.iter().cloned()).collect();
    };
    let entries = std::fs::read_dir(workspace).into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

fn targets(arguments: &Test) -> Result<Vec<Target>, TargetFault> {
    let cases = arguments.cases.as_deref();
    let building = arguments.fresh.building(if arguments.watch { Building::Quick } else { Building::Shipped });
    if let (Some(config), Some(name)) = (&arguments.config, &arguments.plugin) {
        // What is named is tested, or it is a fault: never the entry's own component in the place of one that is missing.
        let named = arguments.places.first();
        let folder = named.filter(|place| place.is_dir());
        let built = folder.map(|place| build::component::<TargetFault>(&Package::at(place)?, building)).transpose()?;
        let component = built.as_deref().or(named.map(PathBuf::as_path));
        return Ok(vec![Target::entry(config, name, component, cases)?]);
    }
    let places = folders(arguments);
    if let Some(missing) = places.iter().find(|place| !place.exists()) {
        return Err(TargetFault::NoPlace(missing.clone()));
    }
    let several = arguments.workspace.is_some() || places.len() > 1;
    let tested = places.iter().filter(|place| !several || place.is_file() || has_cases(place));
    tested.map(|place| target(place, cases, building)).collect()
}

fn target(place: &Path, cases: Option<&Path>, building: Building) -> Result<Target, TargetFault> {
    if place.is_dir() { Target::package(place, cases, building) } else { Target::component(place, cases) }
}

fn has_cases(folder: &Path) -> bool {
    folder.join(test::CASES).is_file()
}

fn told(fault: &TargetFault) -> ExitCode {
    match fault {
        TargetFault::Config(faults) => {
            let _ = show(faults, &mut std::io::stderr());
            ExitCode::from(EXIT_USAGE)
        }
        TargetFault::Build(why) => failed(COMMAND, why, EXIT_FAILED),
        other => failed(COMMAND, other, EXIT_USAGE),
    }
}

fn write_junit(report: &Report, file: &Path) -> Result<(), String> {
    let document = test::junit(report).map_err(|error| format!("no JUnit document: {error}"))?;
    std::fs::write(file, document).map_err(|error| format!("{}: {error}", file.display()))
}
