//! The `witgate` binary. Never holds logic: see the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    witgate::cli::main()
}
