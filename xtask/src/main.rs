//! `cargo xtask demo | test | ci | bench`: set-up and orchestration of the workspace. Never a place for logic of the
//! product: it only calls cargo, the built binaries and a few system tools, and says in one line what it does.
#![allow(clippy::print_stdout, reason = "this program talks to a person at a terminal")]

mod failure;
mod workspace;
mod step;
mod toolchain;
mod packages;
mod installation;
mod oracles;
mod languages;
mod build;
mod apart;
mod pages;
mod freeze;
mod http;
mod interrupt;
mod lifeline;
mod process;
mod auth_command;
mod users;
mod clients;
mod roles;
mod sign_in_client;
mod stack;
mod demo;
mod test;
mod ci;
mod dist;
mod bench;
mod auth_bench;
mod host_bench;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::failure::Failure;
use crate::workspace::Workspace;

/// Set-up and orchestration of the Witgate workspace.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build everything, start the whole system on loopback, and print how to call it. Ctrl-C stops all of it.
    Demo {
        /// Folder for databases, configuration and logs.
        #[arg(long, default_value = workspace::STATE_FOLDER)]
        state: PathBuf,
    },
    /// Install the pinned tools that make policies of JavaScript and Python below target/languages; see docs/plugins.md.
    Languages,
    /// Set up, build, and run every test. Arguments after `--` go to `cargo test`.
    Test {
        /// What `cargo test` is given, such as `-p witgate-tests --test tidy`. Without it: `--workspace`.
        #[arg(last = true)]
        cargo: Vec<OsString>,
    },
    /// What CI runs: format check, clippy without warnings, then `cargo xtask test` with no skips allowed.
    Ci,
    /// Write docs/contract.md out of wit/.
    Contract,
    /// Write docs/catalogue.md out of the folders of plugins/.
    Catalogue,
    /// Build the components that this version keeps for ever, into tests/fixtures/frozen; see docs/versioning.md.
    Freeze,
    /// Build the gateway as it should serve: optimised as a whole and by what it does most, into target/dist. It takes half an hour.
    Dist,
    /// Measure Witgate beside its peers in one run: see bench/README.md. With all parts it takes an hour.
    #[command(args_conflicts_with_subcommands = true)]
    Bench {
        #[command(subcommand)]
        of: Option<BenchOf>,
        /// Measure dev builds: to see that the benchmark works; the numbers mean nothing.
        #[arg(long)]
        dev: bool,
        /// Measure what `cargo xtask dist` builds, which this does first.
        #[arg(long, conflicts_with = "dev")]
        dist: bool,
        /// Parts and options of `witgate-bench run`, such as `comparison --seconds 4 --rounds 5`.
        #[arg(last = true)]
        arguments: Vec<OsString>,
    },
    /// Become another program that dies with this one (internal).
    #[command(name = lifeline::SUBCOMMAND, hide = true)]
    DieWithParent {
        parent: u32,
        #[arg(last = true, required = true)]
        command: Vec<OsString>,
    },
}

#[derive(Subcommand)]
enum BenchOf {
    /// Measure the auth service instead: revocations, races, kills, logins, refreshes. It takes some minutes.
    Auth {
        /// Only these parts, such as `revocations`; all where none is named.
        parts: Vec<OsString>,
    },
    /// Measure the policy host instead: bystanders of attacks, cost of policies, innocent calls on a busy machine.
    Host {
        /// Only these parts, such as `bystanders`; all where none is named.
        parts: Vec<OsString>,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("xtask: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<(), Failure> {
    let workspace = Workspace::locate();
    match task {
        Task::Demo { state } => demo::run(&workspace, &workspace.root().join(state)),
        Task::Languages => {
            languages::ensure(&workspace);
            Ok(())
        }
        Task::Test { cargo } => test::run(&workspace, &cargo, test::Skips::Told),
        Task::Ci => ci::run(&workspace),
        Task::Contract => pages::write(&workspace, "contract"),
        Task::Catalogue => pages::write(&workspace, "catalogue"),
        Task::Freeze => freeze::run(&workspace),
        Task::Bench { of: Some(BenchOf::Auth { parts }), .. } => auth_bench::run(&workspace, &parts),
        Task::Bench { of: Some(BenchOf::Host { parts }), .. } => host_bench::run(&workspace, &parts),
        Task::Dist => dist::run(&workspace).map(drop),
        Task::Bench { of: None, dev, dist, arguments } => {
            let build = match (dev, dist) {
                (true, _) => bench::Build::Dev,
                (false, true) => bench::Build::Dist,
                (false, false) => bench::Build::Release,
            };
            bench::run(&workspace, &bench::Options { arguments, build })
        }
        Task::DieWithParent { parent, command } => Err(lifeline::become_program(parent, &command)),
    }
}
