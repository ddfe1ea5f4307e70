//! The command line of `witgate`.
//!
//! Never does the work itself: `server` does.

mod admin_page;
mod debug_token;
mod explain;
mod place;
mod plugin;
mod record;
mod replay;
mod routes;
mod shadow;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use place::Place;
use witgate_settings::show::show;

use crate::observe::logging;
use crate::operator::{self, Order};
use crate::policy::loading::{self, Budget};
use crate::server::{self, ServerError};

/// Exit code for a configuration or an address that cannot be used.
const EXIT_REFUSED: u8 = 2;
/// Exit code for anything else.
const EXIT_FAILED: u8 = 1;

const EXAMPLES: &str = "\
Examples:
  witgate check --config gateway.toml     every fault of the file and its plugins, then exit 0 or 2
  witgate run --config gateway.toml       serve until SIGTERM, reload when a file changes
  witgate routes                          which route a request takes, through which policies, to which upstream
  witgate check --explain orders          what a request goes through on the route `orders`
  witgate explain --token - GET /orders   what every policy reads and decides, with the token on stdin
  witgate shadow report --cases           where candidates decide otherwise, as cases for their tests
  witgate run --record recording          write one request in a hundred, with what its policies read and decided
  witgate replay recording --plugin new.wasm   what a changed policy would have decided
  witgate run --take-over                 the same, in the place of the process that runs, which drains
  witgate generations                     what is in force, what drains, why the last reload was refused
  witgate reload                          look at the files now (as SIGHUP and POST /reload do)
  witgate rollback                        back to the generation before, until the files change
  RUST_LOG=witgate=debug witgate run      the same, with more in the log (JSON lines on stderr)";

/// An API gateway whose decisions are WebAssembly components.
#[derive(Debug, Parser)]
#[command(name = "witgate", version, about, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve, and reload gateway.toml and its plugins when they change
    Run(Run),
    /// Load everything as `run` would, report all faults, and exit
    Check(Check),
    /// Print the routes in the order in which a request is tried on them, with their policies and upstreams
    Routes(routes::Routes),
    /// Print the JSON Schema of gateway.toml, for editors
    Schema,
    /// Say why a request is answered as it is: what each policy reads and decides. Exit 0 when allowed, 3 when refused
    Explain(explain::Explain),
    /// Print a value for the X-Witgate-Debug header, which asks a running gateway for a trace
    DebugToken(debug_token::DebugToken),
    /// Write a policy: make it, build it, try it
    Plugin(plugin::Plugin),
    /// Look at the candidates that run beside live plugins
    Shadow(shadow::Shadow),
    /// Ask a changed policy what it would have answered to recorded requests. Exit 0 when nothing changes, 1 when something does
    Replay(Box<replay::Replay>),
    /// Compile one component from stdin to stdout, within limits: `run` and `check` start it
    #[command(hide = true)]
    CompileComponent(Budget),
    /// Show the generations of a gateway that runs
    Generations(Place),
    /// Let a gateway that runs look at its files now
    Reload(Place),
    /// Return a gateway that runs to the generation before the one in force
    Rollback(Place),
}

#[derive(Debug, Args)]
struct Run {
    #[command(flatten)]
    files: Files,
    /// Take the listeners over from the process that runs, where one does (needs `takeover-socket` in [gateway])
    #[arg(long)]
    take_over: bool,
    #[command(flatten)]
    record: record::Record,
}

#[derive(Debug, Args)]
struct Check {
    #[command(flatten)]
    files: Files,
    /// Say what a request goes through on this route: policies with their digests, grants and limits, upstreams, deadlines
    #[arg(long, value_name = "ROUTE")]
    explain: Option<String>,
}

#[derive(Debug, Args)]
struct Files {
    /// The configuration file
    #[arg(long, short, default_value = "gateway.toml", value_name = "FILE")]
    config: PathBuf,
}

/// Parses the arguments and runs the command.
pub fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Run(run) => {
            let _written_at_the_end = logging::init();
            server::run(run.files.config, run.take_over, run.record.to())
        }
        Command::CompileComponent(budget) => return loading::child::main(&budget),
        Command::Generations(place) => return give(Order::Generations, &place),
        Command::Reload(place) => return give(Order::Reload, &place),
        Command::Rollback(place) => return give(Order::Rollback, &place),
        Command::Check(Check { files, explain: Some(route) }) => return routes::explain(&files.config, &route),
        Command::Check(Check { files, explain: None }) => {
            server::check(&files.config).inspect(|()| say_good(&files.config))
        }
        Command::Routes(arguments) => return routes::run(&arguments),
        Command::Schema => return routes::schema(),
        Command::Explain(arguments) => return explain::run(arguments),
        Command::Replay(arguments) => return replay::run(*arguments),
        Command::DebugToken(arguments) => return debug_token::run(&arguments),
        Command::Plugin(arguments) => return plugin::run(arguments),
        Command::Shadow(arguments) => return shadow::run(&arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => report(&error),
    }
}

fn give(order: Order, place: &Place) -> ExitCode {
    match place.address().and_then(|address| operator::give(order, &address)) {
        Ok(said) => {
            let _ = write!(std::io::stdout(), "{said}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "witgate: {error}");
            ExitCode::from(EXIT_REFUSED)
        }
    }
}

fn say_good(path: &std::path::Path) {
    let _ = writeln!(std::io::stdout(), "{}: no faults", path.display());
}

fn report(error: &ServerError) -> ExitCode {
    let mut stderr = std::io::stderr();
    let _ = match error {
        ServerError::Config(faults) => show(faults, &mut stderr),
        other => writeln!(stderr, "witgate: {other}"),
    };
    match error {
        ServerError::Config(_)
        | ServerError::Bind { .. }
        | ServerError::NoTakeoverSocket
        | ServerError::Takeover { .. } => ExitCode::from(EXIT_REFUSED),
        ServerError::Engine(_) | ServerError::System(_) => ExitCode::from(EXIT_FAILED),
    }
}
