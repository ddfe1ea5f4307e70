//! The binary `witgate-auth`. Never does more than hand the arguments over.

use std::process::ExitCode;

fn main() -> ExitCode {
    witgate_auth::cli::main(std::env::args_os())
}
