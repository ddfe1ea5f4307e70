//! The commands of a chapter in one shell, so that what one sets or starts is there for the next.
//! Never leaves a process behind: all of them are of one process group, which ends with the shell.

use std::fs::{self, File};
use std::net::TcpListener;
use std::ops::Range;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use regex::{Captures, Regex};

use super::Stage;
use super::chapter::{Chapter, Step};
use crate::{deadline, outside, programs};

/// What stands before each command's output: no program prints it.
const MARK: char = '\u{1e}';

/// Below the ports that the system gives to clients: a chapter takes a while until it listens.
const PORTS: Range<u32> = 20_000..32_000;

/// How many ports this process has looked at.
static HANDED: AtomicU32 = AtomicU32::new(0);

/// Runs them; what each printed, on either stream, with the document's own ports.
pub(super) async fn run(chapter: &Chapter, stage: &Stage<'_>) -> Vec<String> {
    let ports: Vec<(String, String)> = stage.ports.iter().map(|port| (port.to_string(), free_port())).collect();
    let script = swapped(&script(chapter), &ports);
    let folder = tempfile::tempdir().expect("a folder for the script");
    let (file, output) = (folder.path().join("script"), folder.path().join("printed"));
    fs::write(&file, script).expect("a written script");
    let mut shell = start(&file, &output, stage);
    let look = || {
        let ended = shell.0.try_wait().expect("a child of ours");
        async move { ended }
    };
    deadline::until(stage.deadline, "the end of the chapter", look).await;
    drop(shell);
    let printed = fs::read_to_string(&output).expect("what it printed");
    let back: Vec<(String, String)> = ports.into_iter().map(|(shown, free)| (free, shown)).collect();
    swapped(&printed, &back).split(MARK).skip(1).map(str::to_owned).collect()
}

/// One text for bash. What a file has in it may be anything but the mark of its end.
fn script(chapter: &Chapter) -> String {
    let mut text = String::from("exec 2>&1\n");
    for step in chapter.steps() {
        match step {
            Step::File { path, text: body } => {
                text.push_str(&format!(
                    "mkdir -p \"$(dirname '{path}')\"\ncat > '{path}' <<'WITGATE_END'\n{body}WITGATE_END\n"
                ));
            }
            Step::Run { command, .. } => text.push_str(&format!("printf '\\036'\n{command}\n")),
        }
    }
    text
}

fn start(script: &Path, printed: &Path, stage: &Stage<'_>) -> Shell {
    let output = File::create(printed).expect("a file for the output");
    let programs = programs::program("witgate").parent().expect("a folder").display().to_string();
    let path = std::env::var("PATH").unwrap_or_default();
    let mut bash = Command::new("bash");
    bash.arg(script).current_dir(stage.folder).env("PATH", format!("{programs}:{path}"));
    outside::prepare(&mut bash);
    bash.stdin(Stdio::null()).stdout(output).process_group(0);
    Shell(bash.spawn().expect("bash starts"))
}

/// A shell and all that it started.
struct Shell(Child);

impl Drop for Shell {
    fn drop(&mut self) {
        let group = format!("-{}", self.0.id());
        let _none_left = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
        let _status = self.0.wait();
    }
}

/// A port that nobody listens on now.
fn free_port() -> String {
    let span = PORTS.end - PORTS.start;
    let mut tried = (0..span).map(|_| {
        let step = HANDED.fetch_add(1, Ordering::Relaxed).wrapping_add(std::process::id());
        PORTS.start + step % span
    });
    let is_free = |port: &u32| TcpListener::bind(format!("127.0.0.1:{port}")).is_ok();
    tried.find(is_free).expect("a free port").to_string()
}

/// The text with each first of a pair, where it is a word, in the place of the second.
fn swapped(text: &str, pairs: &[(String, String)]) -> String {
    let words: Vec<&str> = pairs.iter().map(|(from, _)| from.as_str()).collect();
    let any = Regex::new(&format!(r"\b(?:{})\b", words.join("|"))).expect("a regular expression");
    let other = |found: &Captures<'_>| {
        let pair = pairs.iter().find(|(from, _)| *from == found[0]);
        pair.map(|(_, to)| to.clone()).unwrap_or_default()
    };
    any.replace_all(text, other).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_swapped_once_each_and_as_words_only() {
        let pairs = [("8080".to_owned(), "29000".to_owned()), ("9000".to_owned(), "20001".to_owned())];
        assert_eq!(swapped("a:8080 9000 18080 x9000", &pairs), "a:29000 20001 18080 x9000");
    }

    #[test]
    fn a_port_is_handed_out_once() {
        assert_ne!(free_port(), free_port());
    }
}
