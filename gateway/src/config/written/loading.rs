//! The words about loading components: `[gateway] cache` and `[gateway.compile]`.
//!
//! Never looks for the folder.

use crate::config::loading::CompileLimits;
use std::time::Duration;
use toml::Spanned;
use witgate_settings::fault::Faults;
use witgate_settings::reader::Table;

/// Least and most CPU time of compiling one component, in seconds.
const CPU_SECONDS: std::ops::RangeInclusive<u64> = 1..=3600;

/// Least and most address space of a compiling process, in bytes: the program itself needs a part of it.
const MEMORY_BYTES: std::ops::RangeInclusive<u64> = (512 << 20)..=(64 << 30);

/// What `[gateway]` says of loading.
#[derive(Default)]
pub(in crate::config) struct WrittenLoading {
    pub(in crate::config) cache: Option<Spanned<String>>,
    pub(in crate::config) compile: CompileLimits,
}

/// Reads them out of `[gateway]`.
pub(super) fn loading(gateway: &mut Table<'_>, faults: &mut Faults) -> WrittenLoading {
    WrittenLoading { cache: gateway.string("cache", faults), compile: compile(gateway, faults) }
}

fn compile(gateway: &mut Table<'_>, faults: &mut Faults) -> CompileLimits {
    let usual = CompileLimits::default();
    let Some(mut table) = gateway.table("compile", faults) else { return usual };
    let limits = CompileLimits {
        cpu: Duration::from_secs(table.number("cpu-seconds", CPU_SECONDS, usual.cpu.as_secs(), faults)),
        memory_bytes: table.number("memory-bytes", MEMORY_BYTES, usual.memory_bytes, faults),
    };
    table.finish(faults);
    limits
}
