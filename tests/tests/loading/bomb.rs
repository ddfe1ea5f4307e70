//! A compile bomb: a small component whose compiled code is enormous. Never run, only compiled.

use std::fmt::Write as _;

/// Loops around each other.
const LOOPS: usize = 3_000;
/// Variables that change in the innermost one.
const VARIABLES: usize = 6_000;

/// Each loop must hand on each variable, so what the compiler has to keep is their product, and the file only their sum.
pub fn component() -> Vec<u8> {
    let mut text = String::from("(component (core module (func (param i32)");
    let _ = writeln!(text, "{}", "(local i32)".repeat(VARIABLES));
    text.push_str(&"loop\n".repeat(LOOPS));
    for variable in 1..=VARIABLES {
        let _ = writeln!(text, "local.get {variable} i32.const 1 i32.add local.set {variable}");
    }
    for depth in 0..LOOPS {
        let _ = writeln!(text, "local.get 0 br_if {depth}");
    }
    text.push_str(&"end\n".repeat(LOOPS));
    text.push_str(")))");
    wat::parse_str(text).expect("well-formed text")
}
