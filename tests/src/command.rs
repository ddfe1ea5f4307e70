//! One run of the `witgate` command to its end, in a stack's folder. Never a way to start what goes on running.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::programs;

/// Runs `witgate` with these arguments and this on stdin, in a folder.
pub fn witgate(folder: &Path, arguments: &[&str], stdin: &str) -> Output {
    let mut command = Command::new(programs::program("witgate"));
    command.args(arguments).current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("witgate starts");
    // It may end without reading.
    let _ = child.stdin.take().expect("a pipe").write_all(stdin.as_bytes());
    child.wait_with_output().expect("witgate ends")
}

/// What it printed, and its exit code.
pub fn told(output: &Output) -> (String, Option<i32>) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout) + &text(&output.stderr), output.status.code())
}
