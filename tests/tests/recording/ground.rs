//! What the tests of recordings share: a stack that records, requests, and the lines that were written. Never a look
//! into the gateway but by its files and its admin listener.

use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::Method;
use serde_json::Value;
use witgate_tests::command::{told, witgate};
use witgate_tests::{Stack, StackBuilder, deadline};

/// How long the recording thread may take for what was asked, on a busy machine.
const RECORDING_DEADLINE: Duration = Duration::from_secs(20);

/// The folder below that of the stack.
pub const FOLDER: &str = "recording";

/// A stack that records every request, with these keys under `[recording]`.
pub async fn recording(keys: &str) -> Stack {
    StackBuilder::new().with(&format!("[recording]\nfolder = \"{FOLDER}\"\nshare = 1.0\n{keys}\n")).start().await
}

/// The claims that the policies of the test configuration read.
pub const ALL_READ: &str = "claims = [\"scope\", \"roles\", \"tenant\"]";

/// `GET` of a path with a token, credentials in many places, and these headers.
pub async fn ask(stack: &Stack, token: &str, path: &str, headers: &[(&str, &str)]) -> reqwest::Response {
    let request = stack.ask(Method::GET, path).bearer_auth(token).header("cookie", "session=very-private");
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    request.send().await.expect("an answer")
}

/// Waits until so many calls of policies were written.
pub async fn written(stack: &Stack, calls: u64) {
    let look = || async {
        let metrics = stack.http().get(format!("{}/metrics", stack.admin_url())).send().await.expect("an answer");
        let text = metrics.text().await.expect("text");
        let count = text.lines().find_map(|line| line.strip_prefix("witgate_recorded_total{outcome=\"written\"} "));
        (count.and_then(|count| count.parse::<u64>().ok()).unwrap_or_default() >= calls).then_some(())
    };
    deadline::until(RECORDING_DEADLINE, &format!("{calls} recorded calls"), look).await;
    // Counted when it is written, and in the file once nothing more waits.
    let look = || async { (text(&stack.folder().join(FOLDER)).lines().count() as u64 >= calls).then_some(()) };
    deadline::until(RECORDING_DEADLINE, "the lines in the files", look).await;
}

/// The files of a recording, the oldest first.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files
}

/// Everything that was written.
pub fn text(folder: &Path) -> String {
    files(folder).iter().map(|file| std::fs::read_to_string(file).expect("text")).collect()
}

/// The lines that were written of a plugin.
pub fn lines_of(stack: &Stack, plugin: &str) -> Vec<Value> {
    let text = text(&stack.folder().join(FOLDER));
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("a line of JSON"));
    lines.filter(|line| line["plugin"] == plugin).collect()
}

/// Runs `witgate replay` on the stack's recording: the report, and the exit code.
pub fn replay(stack: &Stack, arguments: &[&str]) -> (Value, Option<i32>) {
    let (text, code) = replay_text(stack, &[arguments, &["--json"]].concat());
    (serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {code:?} {text}")), code)
}

/// As [`replay`], as a person reads it.
pub fn replay_text(stack: &Stack, arguments: &[&str]) -> (String, Option<i32>) {
    told(&witgate(stack.folder(), &[&["replay", FOLDER], arguments].concat(), ""))
}

/// The counts of a report: replayed, the same, changed, not known, not used.
pub fn counts(report: &Value) -> [u64; 5] {
    ["replayed", "same", "changed", "unknown", "unread"].map(|name| report[name].as_u64().expect("a count"))
}
