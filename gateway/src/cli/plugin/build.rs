//! `witgate plugin build`: arguments, and what was built in plain words.
//!
//! Never says that a component is good which a gateway would refuse.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::{EXIT_FAILED, EXIT_USAGE, failed, shown};
use crate::policy::outline::Kind;
use crate::workbench::build::{self, Built, Sound};
use crate::workbench::host::Host;
use crate::workbench::package::Package;

const COMMAND: &str = "build";
/// Bytes of a KiB.
const KIB: usize = 1024;

#[derive(Debug, Args)]
pub(super) struct Build {
    /// The policy's folder
    #[arg(default_value = ".", value_name = "FOLDER")]
    folder: PathBuf,
    /// Print a document instead of text
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Build) -> ExitCode {
    let package = match Package::at(&arguments.folder) {
        Ok(package) => package,
        Err(fault) => return failed(COMMAND, fault, EXIT_USAGE),
    };
    let host = match Host::start() {
        Ok(host) => host,
        Err(fault) => return failed(COMMAND, fault, EXIT_FAILED),
    };
    let built = build::build(&package);
    match built.and_then(|built| build::examine(&host, &package, &built).map(|sound| (built, sound))) {
        Ok((built, sound)) => {
            let text = if arguments.json { document(&package, &built, &sound) } else { text(&built, &sound) };
            let _ = std::io::stdout().write_all(text.as_bytes());
            ExitCode::SUCCESS
        }
        Err(fault) => failed(COMMAND, fault, EXIT_FAILED),
    }
}

fn text(built: &Built, sound: &Sound) -> String {
    let mut text = format!("built {}\n", shown(&built.component));
    let _ = writeln!(text, "  world    {}", sound.world);
    let _ = writeln!(text, "  size     {} KiB", sound.bytes.div_ceil(KIB));
    let mut label = "imports";
    for import in &sound.outline.imports {
        if let Kind::Contract(short, words) = import.kind
            && short != "types"
        {
            let _ = writeln!(text, "  {label:<8} {short}: {words}");
            label = "";
        }
    }
    let furniture = sound.outline.imports.iter().filter(|import| import.kind == Kind::Furniture).count();
    if furniture > 0 {
        let _ = writeln!(text, "  {label:<8} WASI of the language's runtime: inert without a grant");
    }
    text
}

fn document(package: &Package, built: &Built, sound: &Sound) -> String {
    let imports: Vec<&str> = sound.outline.imports.iter().map(|import| import.name.as_str()).collect();
    let document = json!({
        "name": package.name(),
        "language": package.language().word(),
        "component": built.component,
        "world": sound.world.word(),
        "bytes": sound.bytes,
        "sha256": sound.outline.digest.to_string(),
        "imports": imports,
    });
    format!("{document:#}\n")
}
