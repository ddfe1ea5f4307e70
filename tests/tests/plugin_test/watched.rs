//! `--watch`: a save is noticed, and tested again. Never by looking again and again: the next line is waited for.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Stdio};

use witgate_tests::outside::Outside;

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

/// What is built for a look never lies where a gateway looks for what ships, and decides the same.
#[test]
fn a_crate_is_built_quickly_and_beside_what_ships() {
    let outside = Outside::new();
    outside.run(".", "witgate plugin new quick --world authorizer");
    outside.run("quick", "witgate plugin build");
    let built = |profile: &str| outside.path().join(format!("quick/target/wasm32-wasip2/{profile}/quick.wasm"));
    let ships = std::fs::read(built("plugin")).expect("what ships");
    let mut watch = outside.command("quick", "witgate plugin test --watch");
    let mut running = Running(watch.stdout(Stdio::piped()).spawn().expect("it starts"));
    let mut lines = BufReader::new(running.0.stdout.take().expect("its output"));
    until(&mut lines, "4 passed, 0 failed");
    until(&mut lines, "watching for a save");
    let code = outside.path().join("quick/src/lib.rs");
    let good = std::fs::read_to_string(&code).expect("the policy");
    let spoilt = good.replace("if roles.contains(&self.config.role)", "if !roles.is_empty()");
    assert_ne!(good, spoilt);
    std::fs::write(&code, spoilt).expect("saved");
    until(&mut lines, "FAIL  quick  another role does not");
    until(&mut lines, "watching for a save");
    assert_eq!(std::fs::read(built("plugin")).expect("what ships"), ships, "a look changes nothing that ships");
    assert!(built("plugin-watch").is_file());
    let shipped = outside.output("quick", "witgate plugin test --no-build");
    assert!(shipped.status.success(), "--no-build takes what ships, and that is the good one");
}
