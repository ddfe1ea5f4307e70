//! Binary `orders`: reads the command line and runs the service.
//! Never does more than that: the library does the work.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    orders::serve::main(orders::cli::Cli::parse())
}
