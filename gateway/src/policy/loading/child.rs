//! `witgate compile-component`: one component on stdin, its compiled code on stdout, in a process that limits itself
//! before it looks at a byte.
//!
//! Never opens a file, never sees the gateway's environment, and never outlives its parent.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::process::ExitCode;

use rustix::process::{Resource, Rlimit, Signal, nice, set_parent_process_death_signal, setrlimit};
use wasmtime::Engine;

use super::budget::Budget;
use crate::policy::engine;

/// The hidden subcommand.
pub(super) const COMMAND: &str = "compile-component";
/// Exit code for bytes that are no component; stderr says why.
pub(super) const EXIT_NOT_COMPONENT: u8 = 10;
/// Exit code for a child that could not confine itself, or could not read or write.
const EXIT_BROKEN: u8 = 11;
/// What is added to the niceness: requests come first.
const NICENESS: i32 = 10;
/// The kernel ends a process of this score before any other.
const FIRST_TO_GO: &str = "1000";
/// Seconds between the signal that names the limit and the one that cannot be caught.
const GRACE_SECONDS: u64 = 2;

/// What the child does.
pub(crate) fn main(budget: &Budget) -> ExitCode {
    let compiled = confine(budget).and_then(|()| read()).map(|bytes| compile(&bytes));
    match compiled {
        Ok(Ok(code)) => written(&code),
        Ok(Err(error)) => ended(EXIT_NOT_COMPONENT, &error.root_cause().to_string()),
        Err(error) => ended(EXIT_BROKEN, &error.to_string()),
    }
}

/// Limits come first, so that a hostile component meets them whatever it does to the compiler.
fn confine(budget: &Budget) -> io::Result<()> {
    set_parent_process_death_signal(Some(Signal::KILL))?;
    let limit =
        |resource, soft: u64, hard: u64| setrlimit(resource, Rlimit { current: Some(soft), maximum: Some(hard) });
    limit(Resource::Core, 0, 0)?;
    limit(Resource::Cpu, budget.cpu_seconds, budget.cpu_seconds.saturating_add(GRACE_SECONDS))?;
    limit(Resource::As, budget.memory_bytes, budget.memory_bytes)?;
    limit(Resource::Fsize, budget.artefact_bytes, budget.artefact_bytes)?;
    // A machine that lets nobody be nicer still compiles. Where memory runs out, this process goes and not the gateway.
    let _ = nice(NICENESS);
    let _ = fs::write("/proc/self/oom_score_adj", FIRST_TO_GO);
    Ok(())
}

fn read() -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    io::stdin().lock().read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn compile(bytes: &[u8]) -> wasmtime::Result<Vec<u8>> {
    let mut settings = engine::settings();
    // One thread, so that the CPU limit is also a limit on how much of the machine it takes.
    settings.parallel_compilation(false);
    Engine::new(&settings)?.precompile_component(bytes)
}

fn written(code: &[u8]) -> ExitCode {
    let mut out = io::stdout().lock();
    match out.write_all(code).and_then(|()| out.flush()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => ended(EXIT_BROKEN, &error.to_string()),
    }
}

fn ended(code: u8, why: &str) -> ExitCode {
    let _ = write!(io::stderr(), "{why}");
    ExitCode::from(code)
}
