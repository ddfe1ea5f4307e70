//! A crate becomes a component by cargo, for the wasm target, with the profile for plugins or one that builds faster.
//!
//! Never changes the toolchain, and never reads cargo's words for people: its messages for machines name the file.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde::Deserialize;

use super::BuildFault;
use crate::workbench::package::{PROFILE, Package, WASM_TARGET, cargo};

const CARGO: &str = "cargo";

/// The profile for a look at a change. It is told to cargo with each build, so that no manifest needs to have it, and has a
/// folder of its own below `target`: a gateway that watches the component which ships never sees one of these.
const QUICK: &str = "plugin-watch";

/// What makes it quick. The rest, such as `panic` and `opt-level`, is as the author's profile for plugins has it.
const QUICKLY: [(&str, &str); 4] =
    [("inherits", "\"plugin\""), ("lto", "\"off\""), ("codegen-units", "16"), ("incremental", "true")];

/// How a crate is compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pace {
    /// as it ships
    Shipped,
    /// without link-time optimisation, and keeping what did not change
    Quick,
}

/// One message of cargo's; of others only the reason is read.
#[derive(Deserialize)]
struct Message {
    reason: String,
    manifest_path: Option<PathBuf>,
    #[serde(default)]
    filenames: Vec<PathBuf>,
}

/// Builds the crate; the component's path is where cargo says it put it.
pub(super) fn build(package: &Package, pace: Pace) -> Result<PathBuf, BuildFault> {
    demand_target(package.folder())?;
    let mut command = cargo();
    command.args(["build", "--lib", "--target", WASM_TARGET]).args(profile(pace));
    command.arg("--message-format=json-render-diagnostics").current_dir(package.folder());
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = command.spawn().map_err(|error| not_started(&error))?;
    let component = component(&mut child, package.folder());
    let status = child.wait().map_err(|error| not_started(&error))?;
    match component {
        _ if !status.success() => Err(BuildFault::Failed { tool: CARGO, said: String::new() }),
        Some(component) => Ok(component),
        None => Err(BuildFault::Nothing { tool: CARGO, why: "it named no .wasm file of this crate".to_owned() }),
    }
}

fn profile(pace: Pace) -> Vec<String> {
    let named = |name: &str| vec!["--profile".to_owned(), name.to_owned()];
    let mut arguments = named(if pace == Pace::Quick { QUICK } else { PROFILE });
    if pace == Pace::Quick {
        let told = QUICKLY.iter().map(|(key, value)| format!("profile.{QUICK}.{key}={value}"));
        arguments.extend(told.flat_map(|setting| ["--config".to_owned(), setting]));
    }
    arguments
}

/// The .wasm file among what cargo says it made of this crate.
fn component(child: &mut Child, folder: &Path) -> Option<PathBuf> {
    let own = folder.join("Cargo.toml").canonicalize().ok()?;
    let lines = BufReader::new(child.stdout.take()?).lines().map_while(Result::ok);
    let messages = lines.filter_map(|line| serde_json::from_str::<Message>(&line).ok());
    let artifacts = messages.filter(|message| message.reason == "compiler-artifact");
    let of_this = artifacts.filter(|message| message.manifest_path.as_ref() == Some(&own));
    // all of them are read: cargo must never wait for us
    let files: Vec<PathBuf> = of_this.flat_map(|message| message.filenames).collect();
    files.into_iter().find(|file| file.extension().is_some_and(|extension| extension == "wasm"))
}

/// rustc's own error for a missing target is a page that hides the one line which helps.
fn demand_target(folder: &Path) -> Result<(), BuildFault> {
    let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    rustc.args(["--print", "target-libdir", "--target", WASM_TARGET]).current_dir(folder).stdin(Stdio::null());
    let output = rustc.output().map_err(|error| BuildFault::Start { tool: "rustc", why: error.to_string() })?;
    let libraries = String::from_utf8_lossy(&output.stdout);
    if output.status.success() && Path::new(libraries.trim()).is_dir() {
        return Ok(());
    }
    let remedy = format!("run: rustup target add {WASM_TARGET}");
    Err(BuildFault::NoTool { tool: "the Rust target wasm32-wasip2", remedy })
}

fn not_started(error: &std::io::Error) -> BuildFault {
    BuildFault::Start { tool: CARGO, why: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ships_is_built_as_the_author_says() {
        assert_eq!(profile(Pace::Shipped), ["--profile", "plugin"], "and nothing of ours is mixed in");
    }

    #[test]
    fn a_quick_look_brings_its_profile_along_and_touches_no_other() {
        let arguments = profile(Pace::Quick);
        assert_eq!(arguments[..2], ["--profile", "plugin-watch"]);
        let told: Vec<&str> = arguments[2..].chunks(2).map(|pair| pair[1].as_str()).collect();
        assert!(arguments[2..].chunks(2).all(|pair| pair[0] == "--config"));
        assert!(told.contains(&r#"profile.plugin-watch.inherits="plugin""#), "{told:?}");
        assert!(told.iter().all(|setting| setting.starts_with("profile.plugin-watch.")), "{told:?}");
        // Cargo takes them for TOML, each by itself.
        for setting in told {
            toml::from_str::<toml::Table>(setting).unwrap_or_else(|error| panic!("{setting}: {error}"));
        }
    }
}
