//! Binary `inventory`: reads the command line and runs the service.
//! Never does more than that: the library does the work.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    inventory::serve::main(inventory::cli::Cli::parse())
}
