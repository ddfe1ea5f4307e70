//! The commands of a chapter in one shell, so that what one sets or starts is there for the next.
//! Never leaves a process behind: all of them are of one process group, which ends with the shell.

use std::fs::{self, File};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::Stage;
use super::chapter::{Chapter, Step};
use crate::{deadline, programs};

/// What stands before each command's output: no program prints it.
const MARK: char = '\u{1e}';

/// Runs them; what each printed, on either stream, with the document's own ports.
pub(super) async fn run(chapter: &Chapter, stage: &Stage<'_>) -> Vec<String> {
    let ports: Vec<(String, String)> = stage.ports.iter().map(|port| (port.to_string(), free_port())).collect();
    let script = ports.iter().fold(script(chapter), |text, (shown, free)| text.replace(shown, free));
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
    let printed = ports.iter().fold(printed, |text, (shown, free)| text.replace(free, shown));
    printed.split(MARK).skip(1).map(str::to_owned).collect()
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
    bash.envs(stage.variables.iter().map(|(name, value)| (name, value)));
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
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("its address").port().to_string()
}
