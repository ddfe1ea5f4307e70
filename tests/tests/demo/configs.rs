//! Every gateway.toml of the workspace passes `witgate check`. Never started here.

use std::process::Command;

use witgate_tests::programs;

fn check(file: &str) {
    let path = programs::root().join(file);
    let output = Command::new(programs::program("witgate")).arg("check").arg("--config").arg(path).output();
    let output = output.expect("witgate check");
    assert!(output.status.success(), "{file}:\n{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn the_demo_configuration_has_no_faults() {
    check("gateway.toml");
}

#[test]
fn the_benchmark_configuration_has_no_faults() {
    check("bench/gateway.toml");
}
