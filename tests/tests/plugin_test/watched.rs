//! `--watch`: a save is noticed, and tested again. Never by looking again and again: the next line is waited for.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Stdio};

use crate::asked::{Policy, case, command};

/// Ends the command whatever the test does.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Reads until a line holds this, and gives it back.
fn until(lines: &mut BufReader<ChildStdout>, part: &str) -> String {
    loop {
        let mut line = String::new();
        let read = lines.read_line(&mut line).expect("a line");
        assert!(read > 0, "the command ended before it said {part:?}");
        if line.contains(part) {
            return line;
        }
    }
}

#[test]
fn a_save_is_tested_and_a_slip_in_between_does_not_end_it() {
    let good = case("it may", "x-attack", "none", "expect = { outcome = \"allow\" }");
    let policy = Policy::new("guest_hostile_authorizer", &good);
    let folder = policy.folder.path();
    let mut command = command(folder);
    command.args(["--watch", "--cases", "cases.toml", "guest_hostile_authorizer.wasm"]);
    let mut running = Running(command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it starts"));
    let mut lines = BufReader::new(running.0.stdout.take().expect("its output"));
    let save = |text: &str| std::fs::write(folder.join("cases.toml"), text).expect("saved");
    until(&mut lines, "1 passed, 0 failed");
    until(&mut lines, "watching for a save");
    save(&good.replace("allow", "abstain"));
    until(&mut lines, "0 passed, 1 failed");
    until(&mut lines, "watching for a save");
    save("no TOML");
    until(&mut lines, "watching for a save");
    save(&good);
    until(&mut lines, "1 passed, 0 failed");
}
