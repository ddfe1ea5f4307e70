//! `cargo xtask bench` still runs. Never a measurement: dev builds, one second each.

use std::process::{Command, Stdio};

use witgate_tests::{programs, skip};

use crate::run::ports;

#[test]
fn the_benchmark_prints_its_table() {
    if !skip::is_installed("wrk") {
        return skip::skip("the benchmark's own test (wrk is missing)", "apt-get install wrk");
    }
    // Beside a demo that starts it would measure that.
    let _ports = ports();
    let mut command = Command::new(programs::program("xtask"));
    command.args(["bench", "--dev", "--seconds", "1", "--rounds", "1", "--connections", "4"]);
    let output = command.stdin(Stdio::null()).output().expect("xtask bench");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    for row in
        ["| orders, called directly |", "| through the gateway, no policy |", "| through the gateway, three policies |"]
    {
        assert!(text.contains(row), "{row} is missing in:\n{text}");
    }
}
