//! What the end of a compiling process means.
//!
//! Never takes a process that did not end well for one that did.

use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;

use super::budget::Budget;
use super::child::EXIT_NOT_COMPONENT;
use super::fault::CompileError;
use rustix::process::Signal;

/// The most that is shown of a compiler's words, in characters.
const SHOWN: usize = 300;
/// How a Rust program and the system say that memory ran out.
const OUT_OF_MEMORY: [&str; 3] = ["memory allocation of", "annot allocate memory", "out of memory"];

/// Good, or the error that it ended with.
pub(super) fn judge(status: ExitStatus, said: &[u8], budget: &Budget) -> Result<(), CompileError> {
    let said = String::from_utf8_lossy(said);
    match (status.code(), status.signal().and_then(Signal::from_named_raw)) {
        (Some(0), _) => Ok(()),
        (_, Some(Signal::XCPU)) => Err(CompileError::CpuTime(budget.cpu_seconds)),
        (_, Some(Signal::XFSZ)) => Err(CompileError::Artefact(budget.artefact_bytes)),
        _ if OUT_OF_MEMORY.iter().any(|words| said.contains(words)) => Err(CompileError::Memory(budget.memory_bytes)),
        (Some(code), _) if code == i32::from(EXIT_NOT_COMPONENT) => Err(CompileError::NotComponent(shown(&said))),
        _ => Err(CompileError::Broken(format!("{status}: {}", shown(&said)))),
    }
}

/// One line without control characters: it goes to a log and to a terminal.
fn shown(said: &str) -> String {
    let line = said.lines().find(|line| !line.trim().is_empty()).unwrap_or("it said nothing");
    line.chars().filter(|c| !c.is_control()).take(SHOWN).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUDGET: Budget = Budget { cpu_seconds: 7, memory_bytes: 8, artefact_bytes: 9 };

    fn judged(raw: i32, said: &str) -> String {
        let judged = judge(ExitStatus::from_raw(raw), said.as_bytes(), &BUDGET);
        judged.map_or_else(|error| error.to_string(), |()| "good".to_owned())
    }

    fn exit(code: u8) -> i32 {
        i32::from(code) << 8
    }

    #[test]
    fn each_end_names_its_limit() {
        assert_eq!(judged(exit(0), ""), "good");
        assert_eq!(judged(Signal::XCPU.as_raw(), ""), "compiling it took more than cpu-seconds = 7");
        assert_eq!(judged(Signal::XFSZ.as_raw(), ""), "its compiled code has more than 9 bytes");
        let memory = "memory allocation of 5 bytes failed";
        assert_eq!(judged(Signal::ABORT.as_raw(), memory), "compiling it took more than memory-bytes = 8");
        assert_eq!(judged(exit(EXIT_NOT_COMPONENT), "odd"), "not a WebAssembly component: odd");
    }

    #[test]
    fn another_end_is_told_in_one_short_line() {
        let told = judged(exit(101), &format!("\n\x1b[31mthread panicked{}\nsecond line", "!".repeat(999)));
        assert!(told.starts_with("its compiler broke off: exit status: 101: [31mthread panicked!"), "{told}");
        assert!(told.len() < 400 && !told.contains("second") && !told.contains('\x1b'), "{told}");
        assert!(judged(Signal::SEGV.as_raw(), "").ends_with("it said nothing"));
    }
}
