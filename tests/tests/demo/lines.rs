//! The lines to copy from the README. Never a second version of them: the README is read.

use witgate_tests::programs;

/// The two `curl` lines of the README, in their order, as a script.
pub fn readme_script() -> String {
    let readme = std::fs::read_to_string(programs::root().join("README.md")).expect("README.md");
    let lines: Vec<&str> = readme.lines().map(str::trim).filter(|line| is_to_copy(line)).take(2).collect();
    assert_eq!(lines.len(), 2, "README.md must show two curl lines: login, then an order");
    lines.join("\n")
}

fn is_to_copy(line: &str) -> bool {
    line.starts_with("TOKEN=$(curl ") || line.starts_with("curl ")
}
