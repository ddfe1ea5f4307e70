//! Why a component has no compiled code, and why a folder is not trusted with any.
//!
//! Never quotes what a component holds beyond one short line of its compiler.

use std::path::PathBuf;

use thiserror::Error;

/// Why a component cannot be compiled.
#[derive(Debug, Clone, Error)]
pub enum CompileError {
    /// its bytes are no component
    #[error("not a WebAssembly component: {0}")]
    NotComponent(String),
    /// the compiler used up its CPU time
    #[error("compiling it took more than cpu-seconds = {0}")]
    CpuTime(u64),
    /// the compiler was not done in time, although it had CPU time left
    #[error("compiling it was not done after {0} s")]
    WallTime(u64),
    /// the compiler wanted more memory
    #[error("compiling it took more than memory-bytes = {0}")]
    Memory(u64),
    /// the compiled code is too large
    #[error("its compiled code has more than {0} bytes")]
    Artefact(u64),
    /// it declares more than an instance in the pool may have
    #[error("it does not fit the pool of instances: {0}")]
    Pool(String),
    /// the compiler broke
    #[error("its compiler broke off: {0}")]
    Broken(String),
    /// there is no compiler
    #[error("its compiler cannot start: {0}")]
    Start(String),
    /// somebody else could have written what lies in the cache
    #[error("its compiled code in {} {why}", path.display())]
    Entry {
        /// the entry
        path: PathBuf,
        /// what is wrong with it
        why: &'static str,
    },
}

impl CompileError {
    /// What to do about it.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::NotComponent(_) => {
                "build it with `cargo build --target wasm32-wasip2`; was the file written completely?"
            }
            Self::CpuTime(_) => "do you trust this file? Then raise `cpu-seconds` in [gateway.compile]",
            Self::WallTime(_) => "is the machine overloaded? Try again, or raise `cpu-seconds` in [gateway.compile]",
            Self::Memory(_) => "do you trust this file? Then raise `memory-bytes` in [gateway.compile]",
            Self::Artefact(_) => "this much code is not meant to be a policy; build it for size",
            Self::Pool(_) => "nothing: it lies outside the pool",
            Self::Broken(_) => "try `witgate check` again; if it stays, this component cannot be compiled",
            Self::Start(_) => "the gateway starts itself as `witgate compile-component`; may it make processes?",
            Self::Entry { .. } => "remove it after asking who put it there: it would run inside the gateway",
        }
    }
}

/// Why a folder cannot hold compiled code.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FolderFault {
    /// it cannot be made or looked at
    #[error("the cache folder {} cannot be used: {why}", path.display())]
    Unusable {
        /// the folder
        path: PathBuf,
        /// the system's word
        why: String,
    },
    /// somebody else could write there
    #[error("the cache folder {} {why}", path.display())]
    Unsafe {
        /// the folder
        path: PathBuf,
        /// what is wrong with it
        why: &'static str,
    },
}

impl FolderFault {
    /// What to do about it.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Unusable { .. } => {
                "name a folder that the gateway's user may make and write, in `cache` of [gateway]"
            }
            Self::Unsafe { .. } => {
                "what lies there runs inside the gateway: make it a folder of the gateway's user alone (chmod 700), or \
                 name another in `cache` of [gateway]"
            }
        }
    }
}
