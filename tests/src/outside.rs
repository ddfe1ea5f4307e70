//! A folder outside the repository, where an author writes a policy: the programs on the path, the caches of the build
//! shared between tests, no network. Never a folder that cargo would take for a part of this workspace.

use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::{command, programs};

/// Where cargo keeps what it compiles on the way, for all policies outside; see `build.build-dir`.
const BUILD_FOLDER: &str = "outside";

/// What cargo tells the programs that it runs: a test hands it on to no other cargo.
const OURS: [&str; 4] = ["CARGO_TARGET_DIR", "CARGO_MANIFEST_DIR", "CARGO_PKG_NAME", "RUSTFLAGS"];

/// A folder outside.
pub struct Outside {
    folder: TempDir,
}

impl Outside {
    /// An empty one.
    pub fn new() -> Outside {
        Outside { folder: tempfile::tempdir().expect("a folder outside the repository") }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Runs a line to its end, in a folder below.
    ///
    /// # Panics
    /// With what it said, when it fails.
    pub fn run(&self, below: &str, line: &str) -> String {
        let (text, code) = command::told(&self.output(below, line));
        assert_eq!(code, Some(0), "{line}\n{text}");
        text
    }

    /// Runs a line to its end, whatever that is.
    pub fn output(&self, below: &str, line: &str) -> Output {
        self.command(below, line).output().unwrap_or_else(|error| panic!("{line}: {error}"))
    }

    /// A line, ready to be run in a folder below.
    pub fn command(&self, below: &str, line: &str) -> Command {
        let mut words = line.split_whitespace();
        let program = words.next().expect("a program");
        let program = if program == "witgate" { programs::program(program) } else { program.into() };
        let mut command = Command::new(program);
        command.args(words).current_dir(self.path().join(below));
        prepare(&mut command);
        command
    }
}

impl Default for Outside {
    fn default() -> Outside {
        Outside::new()
    }
}

/// Gives a command the environment of an author: caches of its own, no network, and nothing of the cargo that runs the
/// test.
pub fn prepare(command: &mut Command) {
    command.envs(variables());
    for name in OURS {
        command.env_remove(name);
    }
}

/// What makes a build outside quick and independent of the network, and its output the same everywhere.
fn variables() -> Vec<(String, String)> {
    let target = programs::target();
    let place = |name: &str| target.join(name).display().to_string();
    let languages = programs::root().join("target/languages").display().to_string();
    let pairs = [
        ("CARGO_BUILD_BUILD_DIR", place(BUILD_FOLDER)),
        ("CARGO_NET_OFFLINE", "true".to_owned()),
        ("CARGO_TERM_QUIET", "true".to_owned()),
        ("XDG_CACHE_HOME", place("test-cache")),
        ("WITGATE_LANGUAGES", languages),
    ];
    pairs.map(|(name, value)| (name.to_owned(), value)).into()
}
