//! The kits, and the policies that ship with them, under their language's own test runner. Never a component: a policy's logic
//! must run before anything is built.

use std::process::Command;

use witgate_tests::languages::Language;
use witgate_tests::programs;

/// The policy's tests are a part of what an author copies; the kit's say that the mock keeps the gateway's rules.
const JAVASCRIPT: [&str; 5] = [
    "plugins/js-sdk/test/claims.test.js",
    "plugins/js-sdk/test/kit.test.js",
    "plugins/js-sdk/test/config.test.js",
    "plugins/js-sdk/test/readme.test.js",
    "plugins/js-tenant-guard/policy.test.js",
];
const PYTHON: [&str; 2] = ["plugins/py-sdk/tests", "plugins/py-departments"];

#[test]
fn javascript_runs_under_node() {
    if !Language::JavaScript.is_available() {
        return;
    }
    let register = programs::root().join("plugins/js-sdk/mock/register.js");
    let mut node = Command::new("node");
    node.arg("--import").arg(register).args(["--test", "--test-reporter=tap"]).args(JAVASCRIPT);
    let told = passed(node.current_dir(programs::root()));
    assert!(counted(&told, "# pass ") >= 20, "{told}");
}

#[test]
fn python_runs_under_unittest() {
    if !Language::Python.is_available() {
        return;
    }
    for folder in PYTHON {
        let mut python = Command::new("python3");
        python.args(["-m", "unittest", "discover", "-s", "."]).current_dir(programs::root().join(folder));
        python.env("PYTHONPATH", programs::root().join("plugins/py-sdk")).env("PYTHONDONTWRITEBYTECODE", "1");
        let told = passed(&mut python);
        assert!(counted(&told, "Ran ") >= 4, "{folder}: {told}");
    }
}

/// What the runner said of tests that all passed.
fn passed(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let told = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    assert!(output.status.success(), "{command:?}\n{told}");
    told
}

/// The number after these words.
fn counted(told: &str, words: &str) -> usize {
    let line = told.lines().find_map(|line| line.strip_prefix(words)).unwrap_or_else(|| panic!("no {words:?}: {told}"));
    line.split_whitespace().next().and_then(|number| number.parse().ok()).expect("a number")
}
