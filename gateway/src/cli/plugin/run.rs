//! `witgate plugin run`: one request, and what a policy makes of it.
//!
//! Never more than arguments and printing: `workbench/run` asks.

use std::net::IpAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::fresh::Fresh;
use super::under::Under;
use super::{EXIT_FAILED, EXIT_USAGE, document, failed, print};
use crate::config;
use crate::workbench::cases;
use crate::workbench::host::Host;
use crate::workbench::run::{self, Asked, Ran, RunFault};
use crate::workbench::settings;

#[derive(Debug, Args)]
pub(super) struct Run {
    /// A policy's folder or its component (the folder one is in, where it is left out), then method and path: GET /orders/1
    #[arg(num_args = 1..=3, required = true, value_name = "FOLDER|FILE METHOD PATH")]
    request: Vec<String>,
    /// A header, as often as needed
    #[arg(long = "header", short = 'H', value_name = "NAME: VALUE")]
    headers: Vec<String>,
    /// A verified claim, as often as needed; its value is JSON where it is that: --claim 'roles=["staff"]'
    #[arg(long = "claim", value_name = "NAME=VALUE")]
    claims: Vec<String>,
    /// Verified claims: JSON in braces, or a file
    #[arg(long = "claims", value_name = "JSON|FILE")]
    claims_file: Option<String>,
    /// For an authenticator: the claims of a token that it has to verify
    #[arg(long, value_name = "JSON|FILE")]
    token_claims: Option<String>,
    /// The header of that token
    #[arg(long, value_name = "JSON|FILE", requires = "token_claims")]
    token_header: Option<String>,
    /// For an authenticator: a profile and its issuer, as often as needed
    #[arg(long = "issuer", value_name = "PROFILE=ISSUER")]
    issuers: Vec<String>,
    /// An attribute that an earlier policy left, as often as needed
    #[arg(long = "attribute", value_name = "NAME=VALUE")]
    attributes: Vec<String>,
    /// The value of a granted variable, as often as needed
    #[arg(long = "env", value_name = "NAME=VALUE")]
    environment: Vec<String>,
    /// An entry of the granted store, as often as needed
    #[arg(long = "store", value_name = "KEY=VALUE")]
    store: Vec<String>,
    /// The route's name
    #[arg(long, value_name = "NAME")]
    route: Option<String>,
    /// The host, and port, that the client asked for
    #[arg(long, value_name = "HOST")]
    host: Option<String>,
    /// The peer's address
    #[arg(long, value_name = "IP")]
    peer: Option<IpAddr>,
    /// What a granted clock shows: RFC 3339, or Unix seconds; 1970 where it is left out
    #[arg(long, value_name = "TIME")]
    clock: Option<String>,
    /// Where granted randomness starts
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
    /// Ask a filter about a response with this status
    #[arg(long, value_name = "STATUS")]
    status: Option<u16>,
    /// The policy's config: JSON in braces, or a .json or .toml file; [config] of the folder's cases.toml where it is left out
    #[arg(long, value_name = "JSON|FILE", conflicts_with = "plugin")]
    settings: Option<String>,
    #[command(flatten)]
    under: Under,
    #[command(flatten)]
    fresh: Fresh,
    /// Say what the call used, too: CPU time and memory
    #[arg(long)]
    cost: bool,
    /// Print a document instead of text
    #[arg(long)]
    json: bool,
    /// Print a case for a cases.toml that expects this answer
    #[arg(long, conflicts_with = "json")]
    as_case: bool,
}

pub(super) fn run(arguments: Run) -> ExitCode {
    let (json, as_case, cost) = (arguments.json, arguments.as_case, arguments.cost);
    match ran(arguments) {
        Ok(ran) => {
            let code = if ran.broke { ExitCode::from(EXIT_FAILED) } else { ExitCode::SUCCESS };
            let text = match (json, as_case) {
                (true, _) => document(&ran),
                (_, true) => ran.as_case(),
                _ => run::render(&ran, cost),
            };
            print(&text, code)
        }
        Err((why, code)) => failed("run", why, code),
    }
}

fn ran(arguments: Run) -> Result<Ran, (String, u8)> {
    let usage = |why: String| (why, EXIT_USAGE);
    let entry = arguments.under.entry().map_err(usage)?.map(|(mut config, index)| config.plugins.swap_remove(index));
    let (place, asked, fresh) = asked(arguments, entry.as_ref()).map_err(usage)?;
    let case = run::case(&asked).map_err(usage)?;
    let subject = fresh.subject(&place)?;
    let usual = match (&subject.cases, &entry, &case.config) {
        (Some(path), None, None) => cases::read(path).map_err(usage)?.config,
        _ => None,
    };
    let is_bare = entry.is_none() && case.config.is_none() && usual.is_none();
    let host = Host::start().map_err(|fault| (fault.to_string(), EXIT_FAILED))?;
    run::run(&host, &subject, entry.as_ref(), usual.as_ref(), case)
        .map_err(|fault| (told(&fault, is_bare), EXIT_FAILED))
}

/// Why nothing was asked, and what may help where no config was given.
fn told(fault: &RunFault, is_bare: bool) -> String {
    match fault {
        RunFault::Plugin(_) if is_bare => format!("{fault}; it had no config: give one with --settings"),
        _ => fault.to_string(),
    }
}

fn asked(arguments: Run, entry: Option<&config::Plugin>) -> Result<(PathBuf, Asked, Fresh), String> {
    let usual = || entry.map_or_else(|| PathBuf::from("."), |entry| entry.file.clone());
    let (place, method, target) = match arguments.request.as_slice() {
        [target] => (usual(), "GET".to_owned(), target.clone()),
        [method, target] if !target_only(method) => (usual(), method.clone(), target.clone()),
        [place, target] => (PathBuf::from(place), "GET".to_owned(), target.clone()),
        [place, method, target] => (PathBuf::from(place), method.clone(), target.clone()),
        _ => return Err("what is the request? such as: witgate plugin run GET /orders/1".to_owned()),
    };
    let read = |option, given: Option<String>| given.map(|given| settings::read(option, &given)).transpose();
    let asked = Asked {
        method,
        target,
        headers: arguments.headers,
        claims: arguments.claims,
        claims_file: read("--claims", arguments.claims_file)?,
        token_claims: read("--token-claims", arguments.token_claims)?,
        token_header: read("--token-header", arguments.token_header)?,
        issuers: arguments.issuers,
        attributes: arguments.attributes,
        environment: arguments.environment,
        store: arguments.store,
        route: arguments.route,
        authority: arguments.host,
        peer: arguments.peer,
        clock: arguments.clock,
        seed: arguments.seed,
        status: arguments.status,
        settings: read("--settings", arguments.settings)?,
    };
    Ok((place, asked, arguments.fresh))
}

/// Whether a first word is a place and no method: methods have no points and slashes, and are in capitals.
fn target_only(word: &str) -> bool {
    !word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'-')
}
