//! `witgate shadow report`: what became of the candidates of a running gateway.
//!
//! Never shows more than the admin listener does, and never prints a control character that came from there.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::admin_page;
use super::place::Place;
use crate::admin::shadow::Candidate;
use crate::policy::secrecy::on_one_line;

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
        #[command(flatten)]
        place: Place,
        /// Print the differing requests instead, ready to be appended to a cases.toml
        #[arg(long)]
        cases: bool,
    },
}

pub(super) fn run(arguments: &Shadow) -> ExitCode {
    let Command::Report { place, cases } = &arguments.command;
    let address = place.address().map_err(|error| error.to_string());
    let page = address.and_then(|address| admin_page::fetch(&address, "/shadow"));
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
            on_one_line(&one.plugin),
            one.share,
            counts.agreed,
            counts.differed,
            counts.faulted,
            counts.dropped
        );
        for difference in &one.differences {
            let (live, candidate) = (on_one_line(&difference.live), on_one_line(&difference.candidate));
            let _ = writeln!(
                text,
                "  {} x route {}: live {live}, candidate {candidate}",
                difference.times,
                on_one_line(&difference.route)
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
            on_one_line(&one.plugin)
        );
        one.differences.iter().for_each(|difference| {
            let lines = difference.case.trim_end().lines().map(on_one_line);
            let _ = writeln!(text, "\n{}", lines.collect::<Vec<String>>().join("\n"));
        });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_an_answer_moves_the_cursor() {
        let json = serde_json::json!({
            "plugin": "a", "live": "", "candidate": "", "share": 1.0,
            "agreed": 0, "differed": 1, "faulted": 0, "dropped": 0,
            "differences": [{
                "route": "r\u{1b}[1m", "live": "allow", "candidate": "refused 403 a\nforged\u{9b}2J", "times": 1,
                "case": "[[case]]\nname = \"\u{9b}2J\u{1b}[2J\"\n",
            }],
        });
        let one: Candidate = serde_json::from_value(json).expect("a candidate");
        let all = [one];
        let controls = |text: &str| text.chars().any(|c| c.is_control() && c != '\n');
        let [text, cases] = [counts(&all), all_cases(&all)];
        assert!(!controls(&text) && text.lines().count() == 2, "{text}");
        assert!(!controls(&cases) && cases.contains("\n[[case]]\nname = "), "{cases}");
    }
}
