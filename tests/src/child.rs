//! One program started by a test: its outputs in files, its addresses read from what it prints, killed when dropped.
//! Never restarted behind a test's back.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use crate::{deadline, programs};

/// How long a program may take until it listens. Components are compiled in this time, on a busy machine.
const READY_DEADLINE: Duration = Duration::from_secs(60);

/// How long a program may take to stop after SIGTERM: a gateway may drain for thirty seconds.
const STOP_DEADLINE: Duration = Duration::from_secs(45);

/// How much of a log a failed test shows, in lines.
const TAIL_LINES: usize = 40;

/// A running program.
pub struct Running {
    name: String,
    child: Child,
    output: PathBuf,
    log: PathBuf,
}

impl Running {
    /// Starts a built program; stdout goes to `NAME.out` and stderr to `NAME.log` in `folder`.
    pub fn start(name: &str, arguments: &[String], folder: &Path) -> Running {
        let log = File::options().create(true).append(true).open(log_of(name, folder)).expect("a file for the log");
        Running::launch(name, arguments, folder, log.into())
    }

    /// The same, with a stderr whose reader has gone.
    pub fn start_unread(name: &str, arguments: &[String], folder: &Path) -> Running {
        let mut running = Running::launch(name, arguments, folder, Stdio::piped());
        drop(running.child.stderr.take());
        running
    }

    /// The same, where the system allows no more than so many open files.
    pub fn start_within(descriptors: u32, name: &str, arguments: &[String], folder: &Path) -> Running {
        let log = File::options().create(true).append(true).open(log_of(name, folder)).expect("a file for the log");
        let mut command = Command::new("prlimit");
        command.arg(format!("--nofile={descriptors}:{descriptors}")).arg(programs::command(name).get_program());
        Running::spawn(command, name, arguments, folder, log.into())
    }

    fn launch(name: &str, arguments: &[String], folder: &Path, stderr: Stdio) -> Running {
        Running::spawn(programs::command(name), name, arguments, folder, stderr)
    }

    fn spawn(mut command: Command, name: &str, arguments: &[String], folder: &Path, stderr: Stdio) -> Running {
        let output = folder.join(format!("{name}.out"));
        let stdout = File::create(&output).expect("a file for the output");
        command.args(arguments).current_dir(folder).stdin(Stdio::null()).stdout(stdout).stderr(stderr);
        let child = command.spawn().unwrap_or_else(|error| panic!("{name} did not start: {error}"));
        Running { name: name.to_owned(), child, output, log: log_of(name, folder) }
    }

    /// The address after `label` on its line of the output, such as `http://127.0.0.1:40123`.
    pub async fn address(&mut self, label: &str) -> String {
        let output = self.output.clone();
        let look = || {
            self.refuse_dead();
            let found = address_in(&fs::read_to_string(&output).unwrap_or_default(), label);
            async move { found }
        };
        deadline::until(READY_DEADLINE, &format!("the line `{label}`"), look).await.0
    }

    /// Asks to stop with SIGTERM and waits.
    pub async fn stop(&mut self) -> ExitStatus {
        let kill = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(kill.expect("the kill command").success(), "{} is not there to be stopped", self.name);
        self.wait().await
    }

    /// SIGKILL: no chance to clean up.
    pub async fn kill(&mut self) {
        self.child.kill().expect("a child of ours");
        self.wait().await;
    }

    /// Waits for the end of a program that was told to stop.
    pub async fn wait(&mut self) -> ExitStatus {
        let look = || {
            let ended = self.child.try_wait().expect("a child of ours");
            async move { ended }
        };
        deadline::until(STOP_DEADLINE, "the end of the program", look).await.0
    }

    /// Whether this is that program.
    pub fn is(&self, program: &str) -> bool {
        self.name == program
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// All of stderr until now.
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// The end of both outputs, for a failed test.
    pub fn last_words(&self) -> String {
        let output = fs::read_to_string(&self.output).unwrap_or_default();
        format!("---- {} ----\n{}{}", self.name, tail(&output), tail(&self.log()))
    }

    fn refuse_dead(&mut self) {
        if let Ok(Some(status)) = self.child.try_wait() {
            panic!("{} ended with {status} before it was ready\n{}", self.name, self.last_words());
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ended_already = self.child.kill();
        let _status = self.child.wait();
    }
}

fn log_of(name: &str, folder: &Path) -> PathBuf {
    folder.join(format!("{name}.log"))
}

fn address_in(output: &str, label: &str) -> Option<String> {
    let (complete, _) = output.rsplit_once('\n')?;
    complete.lines().find_map(|line| line.strip_prefix(label)).map(|address| address.trim().to_owned())
}

fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(TAIL_LINES)..].iter().map(|line| format!("{line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_counts_once_its_line_is_complete() {
        assert_eq!(address_in("listening on http://127.0.0.1:4", "listening on "), None);
        let output = "listening on http://127.0.0.1:4\nadmin on http://127.0.0.1:5\n";
        assert_eq!(address_in(output, "admin on ").as_deref(), Some("http://127.0.0.1:5"));
    }
}
