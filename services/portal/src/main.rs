//! The `portal` binary: reads the command line and hands over to the library. Never holds logic of its own.

use std::process::ExitCode;

use clap::Parser;
use portal::{server, settings::Settings};

fn main() -> ExitCode {
    server::main(&Settings::parse())
}
