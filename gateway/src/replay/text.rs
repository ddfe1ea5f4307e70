//! A report as a person reads it.
//!
//! Never lets what a request held move the cursor: control characters are shown as escapes.

use std::fmt::Write as _;

use super::report::{Kind, Report, Unknown};
use crate::policy::secrecy::on_one_line;

/// The report, with line breaks.
pub fn text(report: &Report) -> String {
    let mut text = String::new();
    let plugin = on_one_line(&report.plugin);
    let _ = writeln!(text, "{} of plugin {plugin}{}", decisions(report.replayed), between(report));
    let counts = [(report.same, "the same"), (report.changed, "changed"), (report.unknown, "cannot be known")];
    for (count, words) in counts {
        let _ = writeln!(text, "{count:>8} {words}");
    }
    report.changes.iter().for_each(|kind| change(&mut text, kind));
    if !report.inputs.is_empty() {
        let _ = writeln!(text, "\ncannot be known, because the component reads");
    }
    report.inputs.iter().for_each(|one| input(&mut text, one));
    if report.unread > 0 {
        let _ = writeln!(text, "\n{} could not be used", lines(report.unread));
    }
    for line in &report.unread_lines {
        let _ = writeln!(text, "  {}", on_one_line(line));
    }
    text
}

fn decisions(count: u64) -> String {
    if count == 1 { "1 recorded decision".to_owned() } else { format!("{count} recorded decisions") }
}

fn lines(count: u64) -> String {
    if count == 1 { "1 line".to_owned() } else { format!("{count} lines") }
}

fn between(report: &Report) -> String {
    match (report.from, report.to) {
        (Some(from), Some(to)) => format!(", {} to {}", from.strftime("%FT%TZ"), to.strftime("%FT%TZ")),
        _ => String::new(),
    }
}

fn change(text: &mut String, kind: &Kind) {
    let parts = if kind.parts.is_empty() { String::new() } else { format!(" ({})", kind.parts.join(", ")) };
    let change = format!("{} -> {}{parts}", kind.before, kind.after);
    let _ = writeln!(text, "\n{:>8} {}", kind.requests, on_one_line(&change));
    let example = &kind.example;
    let asked = format!("such as {}, route {}, request {}", example.request, example.route, example.request_id);
    let _ = writeln!(text, "         {}", on_one_line(&asked));
    for read in &example.read {
        let _ = writeln!(text, "           read {}", on_one_line(read));
    }
    for difference in &example.differences {
        let _ = writeln!(text, "           {}", on_one_line(difference));
    }
}

fn input(text: &mut String, unknown: &Unknown) {
    let Unknown { input, why, requests } = unknown;
    let _ = writeln!(text, "{requests:>8} {}: {why}{}", on_one_line(input), remedy(input, why));
}

/// What would make it known the next time.
fn remedy(input: &str, why: &str) -> String {
    let (what, name) = input.split_once(' ').unwrap_or((input, ""));
    match (what, why) {
        ("claim", _) => format!("; `claims` of [recording] would record it: {}", on_one_line(&format!("{name:?}"))),
        ("header", "never recorded") => {
            format!("; `headers` of [recording] would record it: {}", on_one_line(&format!("{name:?}")))
        }
        ("scope", _) => "; `claims` of [recording] would record it: \"scope\"".to_owned(),
        _ => String::new(),
    }
}
