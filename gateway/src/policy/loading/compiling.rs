//! Who compiles: a process that limits itself, or, in this library's own tests, this one.
//!
//! Never waits for a compiler without a deadline, and never leaves one behind.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::PathBuf;
use std::process::Stdio;

use rustix::fs::{MemfdFlags, memfd_create};
use tokio::process::Command;
use tokio::runtime::Handle;
use tokio::time::timeout;
use wasmtime::Engine;

use super::budget::Budget;
use super::child::COMMAND;
use super::fault::CompileError;
use super::outcome;

/// The most that is read of a compiler's words, in bytes.
const SAID_BYTES: u64 = 4096;

/// Where compiling happens.
#[derive(Debug, Clone)]
pub enum Compiling {
    /// in a process of its own
    Child {
        /// this gateway's program
        program: PathBuf,
        /// waits for the process; it must have a thread of its own
        runtime: Handle,
    },
    /// here, without limits: for tests of this library, whose components are their own
    InProcess,
}

impl Compiling {
    /// Processes of this very program. The path stays true when the file is replaced while the gateway runs.
    pub fn child(runtime: Handle) -> Self {
        Self::Child { program: PathBuf::from("/proc/self/exe"), runtime }
    }

    /// Compiles; the code is in a file without a name, read from its start. Blocks.
    pub(super) fn compile(&self, engine: &Engine, bytes: &[u8], budget: &Budget) -> Result<File, CompileError> {
        match self {
            Self::Child { program, runtime } => runtime.block_on(run(Command::new(program), bytes, budget)),
            Self::InProcess => {
                let told = |error: wasmtime::Error| CompileError::NotComponent(error.root_cause().to_string());
                holding(&engine.precompile_component(bytes).map_err(told)?).map_err(not_started)
            }
        }
    }
}

/// All three streams are files: nobody has to read or write while the other does, and the child's own limit bounds them.
async fn run(mut command: Command, bytes: &[u8], budget: &Budget) -> Result<File, CompileError> {
    let (input, code, said) = streams(bytes).map_err(not_started)?;
    let copy = |file: &File| file.try_clone().map_err(not_started);
    command.arg(COMMAND).args(budget.arguments()).env_clear().current_dir("/").kill_on_drop(true);
    command.stdin(Stdio::from(input)).stdout(Stdio::from(copy(&code)?)).stderr(Stdio::from(copy(&said)?));
    let mut child = command.spawn().map_err(not_started)?;
    let Ok(ended) = timeout(budget.wall(), child.wait()).await else {
        // Once told to end it is waited for in the background.
        let _ = child.start_kill();
        return Err(CompileError::WallTime(budget.wall().as_secs()));
    };
    let words = words(said).unwrap_or_default();
    outcome::judge(ended.map_err(not_started)?, &words, budget)?;
    rewound(code).map_err(not_started)
}

fn streams(bytes: &[u8]) -> io::Result<(File, File, File)> {
    Ok((holding(bytes)?, nameless()?, nameless()?))
}

fn holding(bytes: &[u8]) -> io::Result<File> {
    let mut file = nameless()?;
    file.write_all(bytes)?;
    rewound(file)
}

fn nameless() -> io::Result<File> {
    Ok(memfd_create("witgate", MemfdFlags::CLOEXEC)?.into())
}

fn rewound(mut file: File) -> io::Result<File> {
    file.rewind()?;
    Ok(file)
}

fn words(said: File) -> io::Result<Vec<u8>> {
    let mut words = Vec::new();
    rewound(said)?.take(SAID_BYTES).read_to_end(&mut words)?;
    Ok(words)
}

#[expect(clippy::needless_pass_by_value, reason = "`map_err` hands over a value")]
fn not_started(error: io::Error) -> CompileError {
    CompileError::Start(error.to_string())
}
