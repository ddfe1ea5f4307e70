//! The `witgate` binary. Never holds logic: see the library.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// glibc keeps what was freed in an arena for each thread, and reloads use many threads: it looked like a leak of 7 %.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    witgate::cli::main()
}
