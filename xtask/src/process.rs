//! One child process with a role: started with its log file, awaited until ready, stopped within a deadline. Never
//! left behind: dropping it stops it.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::failure::{Doing, Failure};
use crate::http;
use crate::interrupt::Interrupt;

/// How long a program may take until it answers its readiness check.
const READY_DEADLINE: Duration = Duration::from_secs(60);

/// How long a program may take to stop after SIGTERM; then it is killed.
const STOP_DEADLINE: Duration = Duration::from_secs(10);

/// Between two looks at a starting program.
const LOOK_INTERVAL: Duration = Duration::from_millis(50);

/// Between two looks at a stopping program.
const STOP_LOOK_INTERVAL: Duration = Duration::from_millis(10);

/// How many lines of the log a report shows.
const TAIL_LINES: usize = 15;

/// A program prints a line with this beginning once it is bound.
const BOUND_LINE: &str = "listening on ";

/// A running program.
pub struct Process {
    role: &'static str,
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts the command with both outputs in `log`, which begins anew.
    pub fn start(role: &'static str, mut command: Command, log: PathBuf) -> Result<Process, Failure> {
        let output = File::create(&log).doing(format_args!("create the log {}", log.display()))?;
        let errors = output.try_clone().doing("share the log file")?;
        let child = command.stdin(Stdio::null()).stdout(output).stderr(errors).spawn();
        let child = child.doing(format_args!("start {role}"))?;
        Ok(Process { role, child, log })
    }

    /// Waits until the program said that it listens and its check answers 200.
    pub fn wait_until_ready(&mut self, check: SocketAddr, path: &str, stop: &Interrupt) -> Result<(), Failure> {
        let start = Instant::now();
        while start.elapsed() < READY_DEADLINE {
            if let Some(status) = self.ended() {
                return Err(self.report(&format!("ended with {status} before it was ready")));
            }
            if self.said_that_it_listens() && http::get(check, path) == Some(200) {
                return Ok(());
            }
            if stop.came_within(LOOK_INTERVAL) {
                return Err(Failure::new("interrupted"));
            }
        }
        Err(self.report(&format!("was not ready after {} s (GET http://{check}{path})", READY_DEADLINE.as_secs())))
    }

    /// The exit status, once it ended.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// A failure that says what happened and shows the end of the log.
    pub fn report(&self, what: &str) -> Failure {
        let log = self.log.display();
        Failure::new(format!("{} {what}. The end of {log}:\n{}", self.role, tail(&self.log)))
    }

    /// Asks to stop, waits up to the deadline, then kills.
    pub fn stop(&mut self) {
        if self.ended().is_some() {
            return;
        }
        self.send(Signal::TERM);
        let start = Instant::now();
        while self.ended().is_none() {
            if start.elapsed() > STOP_DEADLINE {
                println!("xtask: {} did not stop within {} s: killing it", self.role, STOP_DEADLINE.as_secs());
                let _ended_already = self.child.kill();
                let _status = self.child.wait();
                return;
            }
            std::thread::park_timeout(STOP_LOOK_INTERVAL);
        }
    }

    fn send(&self, signal: Signal) {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        if let Some(pid) = pid {
            let _ended_already = kill_process(pid, signal);
        }
    }

    fn said_that_it_listens(&self) -> bool {
        fs::read_to_string(&self.log).is_ok_and(|text| text.lines().any(|line| line.starts_with(BOUND_LINE)))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.stop();
    }
}

fn tail(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(TAIL_LINES)..].iter().map(|line| format!("  {line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_dies_is_reported_with_its_last_words() {
        let folder = tempfile::tempdir().expect("a temp folder");
        let mut command = Command::new("sh");
        command.args(["-c", "echo last words >&2; exit 3"]);
        let mut process = Process::start("orders", command, folder.path().join("orders.log")).expect("a shell");
        let stop = Interrupt::listen().expect("signals");
        let nowhere = SocketAddr::from(([127, 0, 0, 1], 9));
        let failure = process.wait_until_ready(nowhere, "/healthz", &stop).expect_err("it ended").to_string();
        assert!(failure.contains("orders ended with") && failure.contains("last words"), "{failure}");
    }

    #[test]
    fn a_dropped_program_is_gone() {
        let folder = tempfile::tempdir().expect("a temp folder");
        let mut command = Command::new("sh");
        command.args(["-c", "exec tail -f /dev/null"]);
        let process = Process::start("orders", command, folder.path().join("log")).expect("a shell");
        let pid = process.child.id();
        drop(process);
        assert!(!Path::new(&format!("/proc/{pid}")).exists());
    }
}
