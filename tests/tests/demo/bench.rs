//! `cargo xtask bench` still runs, checks what is measured, and writes its report. Never a measurement: dev builds, a
//! moment each.

use std::process::{Command, Stdio};

use witgate_tests::programs;

#[test]
fn the_benchmark_writes_its_report() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = Command::new(programs::program("xtask"));
    command.args([
        "bench",
        "--dev",
        "--",
        "comparison",
        "--seconds",
        "0.2",
        "--rounds",
        "1",
        "--tokens",
        "50",
        "--out",
    ]);
    let output = command.arg(folder.path()).stdin(Stdio::null()).output().expect("xtask bench");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    for row in
        ["| upstream, called directly |", "| hyper floor, plain |", "| Witgate, plain |", "| Witgate, three policies |"]
    {
        assert!(text.contains(row), "{row} is missing in:\n{text}");
    }
    for file in ["report.md", "report.json", "report.svg"] {
        assert!(folder.path().join(file).is_file(), "{file} is missing");
    }
}
