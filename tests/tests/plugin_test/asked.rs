//! Running the command. Never with the colours or the cache of whoever runs the tests.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;
use witgate_tests::programs;

use crate::Told;

/// A folder with one component and the text of its cases.
pub struct Policy {
    pub folder: TempDir,
    component: PathBuf,
}

impl Policy {
    pub fn new(component: &str, cases: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let place = folder.path().join(format!("{component}.wasm"));
        fs::copy(programs::component(component), &place).expect("a component");
        fs::write(folder.path().join("cases.toml"), cases).expect("cases");
        Self { folder, component: place }
    }

    /// Tests it with more arguments.
    pub fn test(&self, arguments: &[&str]) -> Told {
        told(command(self.folder.path()).arg(&self.component).args(arguments))
    }
}

/// The command, in a folder.
pub fn command(folder: &Path) -> Command {
    let mut command = programs::command("witgate");
    command.args(["plugin", "test"]).current_dir(folder).env("NO_COLOR", "1");
    command
}

pub fn told(command: &mut Command) -> Told {
    let output = command.output().expect("witgate runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Told { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
}

/// A case that asks `GET /` with one header.
pub fn case(name: &str, header: &str, value: &str, rest: &str) -> String {
    format!(
        "[[case]]\nname = \"{name}\"\nrequest = {{ method = \"GET\", path = \"/\", headers = {{ {header} = \"{value}\" }} }}\n{rest}\n"
    )
}
