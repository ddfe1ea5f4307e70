//! `witgate-bench`: Witgate beside its peers in one run, and what its cost grows with. `cargo xtask bench` builds and starts
//! it. Never compares numbers of two runs: a shared machine is another one an hour later.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "this program talks to a person at a terminal")]

mod machine;
mod load;
mod upstream;
mod programs;
mod tokens;
mod verify;
mod sample;
mod requests;
mod peers;
mod report;
mod parts;
mod about;

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::{Args, Parser, Subcommand};

use crate::machine::{Cores, pinned};
use crate::parts::Bench;
use crate::peers::{Places, Stage};
use crate::programs::{Program, free_address};
use crate::report::Report;
use crate::requests::Requests;
use crate::tokens::Issuer;

/// Witgate beside its peers in one run.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Measure, and write report.md, report.json and report.svg.
    Run(Options),
    /// Be the service behind all gateways (internal).
    #[command(hide = true)]
    Upstream { address: SocketAddr },
}

#[derive(Args)]
struct Options {
    /// Only these parts, such as `comparison`; all where none is named.
    parts: Vec<String>,
    /// The root of the repository.
    #[arg(long, default_value = ".")]
    root: PathBuf,
    /// The gateway to measure.
    #[arg(long, default_value = "target/release/witgate")]
    witgate: PathBuf,
    /// Envoy's program.
    #[arg(long, default_value = "target/peers/bin/envoy")]
    envoy: PathBuf,
    /// A folder for configurations, logs and the report.
    #[arg(long, default_value = ".witgate/bench")]
    out: PathBuf,
    /// Seconds of one measurement.
    #[arg(long, default_value_t = 4.0)]
    seconds: f64,
    /// Only rows whose name has this in it, such as `Witgate`; may be given several times.
    #[arg(long)]
    only: Vec<String>,
    /// Different tokens, one for each request in turn.
    #[arg(long, default_value_t = 10_000)]
    tokens: usize,
    /// How often each row is measured, all rows of a part in turn.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
}

fn main() -> ExitCode {
    let done = match Arguments::parse().task {
        Task::Upstream { address } => upstream::serve(address),
        Task::Run(options) => run(&options),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<()> {
    let parts = parts::chosen(&options.parts)?;
    let mut bench = set_up(options)?;
    let mut report = Report { about: about::lines(&bench), ..Report::default() };
    let folder = bench.stage.work.clone();
    for (name, part) in parts {
        eprintln!("bench: {name}");
        part(&mut bench, &mut report).with_context(|| format!("part {name}"))?;
        report.write(&folder)?; // after each part: a later one may fail
    }
    println!("{}", report.markdown());
    println!("Written to {}: report.md, report.json, report.svg", folder.display());
    Ok(())
}

fn set_up(options: &Options) -> Result<Bench> {
    fs::create_dir_all(&options.out).with_context(|| format!("create {}", options.out.display()))?;
    let absolute = |path: &PathBuf| fs::canonicalize(path).with_context(|| format!("find {}", path.display()));
    let (work, root) = (absolute(&options.out)?, absolute(&options.root)?);
    let cores = Cores::of_this_machine()?;
    let places = Places { root, witgate: absolute(&options.witgate)?, envoy: options.envoy.clone() };
    let address = free_address()?;
    let own = std::env::current_exe().context("find this program")?;
    let mut command = pinned(&cores.load, &own);
    command.arg("upstream").arg(address.to_string());
    let upstream = Program::start("upstream", command, address, &work.join("upstream.out"))?;
    let requests = Requests::new(Issuer::create(&work)?, address, options.tokens);
    let stage = Stage { cores, places, work, upstream };
    let duration = Duration::from_secs_f64(options.seconds);
    Ok(Bench { stage, requests, duration, rounds: options.rounds, only: options.only.clone() })
}
