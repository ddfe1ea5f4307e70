//! `witgate shadow report`: what became of the candidates of a running gateway.
//!
//! Never shows more than the admin listener does.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::admin_page;
use crate::admin::shadow::Candidate;

/// Exit code for an admin listener that does not answer.
const EXIT_FAILED: u8 = 1;

#[derive(Debug, Args)]
pub(super) struct Shadow {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print each candidate's counts and its kinds of differences
    Report {
        /// The admin listener
        #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8081")]
        admin: String,
        /// Print the differing requests instead, ready to be appended to a cases.toml
        #[arg(long)]
        cases: bool,
    },
}

pub(super) fn run(arguments: &Shadow) -> ExitCode {
    let Command::Report { admin, cases } = &arguments.command;
    let page = admin_page::fetch(admin, "/shadow");
    let found = page.and_then(|text| serde_json::from_str::<Vec<Candidate>>(&text).map_err(|error| error.to_string()));
    match found {
        Ok(found) => {
            let text = if *cases { all_cases(&found) } else { counts(&found) };
            let _ = std::io::stdout().write_all(text.as_bytes());
            ExitCode::SUCCESS
        }
        Err(why) => {
            let _ = writeln!(std::io::stderr(), "witgate shadow: {why}");
            ExitCode::from(EXIT_FAILED)
        }
    }
}

fn counts(candidates: &[Candidate]) -> String {
    if candidates.is_empty() {
        return "no plugin has a shadow\n".to_owned();
    }
    let mut text = String::new();
    for one in candidates {
        let counts = one.counts;
        let _ = writeln!(
            text,
            "{} (share {}): agreed {}, differed {}, faulted {}, dropped {}",
            one.plugin, one.share, counts.agreed, counts.differed, counts.faulted, counts.dropped
        );
        for difference in &one.differences {
            let (live, candidate) = (&difference.live, &difference.candidate);
            let _ = writeln!(
                text,
                "  {} x route {}: live {live}, candidate {candidate}",
                difference.times, difference.route
            );
        }
    }
    text
}

fn all_cases(candidates: &[Candidate]) -> String {
    let mut text = String::new();
    for one in candidates {
        let _ = writeln!(
            text,
            "# Plugin {}: what its candidate answered otherwise. Each case expects the live answer.",
            one.plugin
        );
        one.differences.iter().for_each(|difference| {
            let _ = writeln!(text, "\n{}", difference.case.trim_end());
        });
    }
    text
}
