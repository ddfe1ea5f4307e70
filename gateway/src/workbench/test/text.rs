//! A report as a person reads it: a line for each case, a block for each failure, one line at the end.
//!
//! Never writes a time but at the end of a line, and never lets a policy's words move the cursor.

use std::fmt::Write as _;

use serde_json::Value;

use super::coverage::MOST_TRIED;
use super::report::{CaseReport, Leak, PluginReport, Report, Unreached, Verdict};
use crate::policy::secrecy::on_one_line;
use crate::policy::trace::Read;
use crate::workbench::style::{BAD, GOOD, NOTE};

/// What is granted to every component alone.
const USUAL: [&str; 2] = ["clock", "random"];
/// Reads of one case that are shown.
const MOST_READS: usize = 40;

/// A line for each case of a policy.
pub fn lines(plugin: &PluginReport) -> String {
    let mut text = String::new();
    if let Some(fault) = &plugin.fault {
        let _ = writeln!(text, "{BAD}FAIL{BAD:#}  {}  {}", plugin.name, on_one_line(fault));
    }
    for case in &plugin.cases {
        let word = match case.verdict {
            Verdict::Passed => format!("{GOOD}PASS{GOOD:#}"),
            Verdict::Failed => format!("{BAD}FAIL{BAD:#}"),
        };
        let (name, took) = (on_one_line(&case.name), milliseconds(case.micros));
        let _ = writeln!(text, "{word}  {}  {name}  [{took}]", plugin.name);
    }
    text
}

/// A block for each case that does not hold.
pub fn failures(report: &Report) -> String {
    let mut text = String::new();
    for plugin in &report.plugins {
        for case in plugin.cases.iter().filter(|case| case.verdict == Verdict::Failed) {
            let _ = write!(text, "\n{BAD}FAIL{BAD:#}  {}  {}\n", plugin.name, on_one_line(&case.name));
            block(&mut text, case);
        }
    }
    text
}

/// What no case reached, what was granted, and the line at the end.
pub fn summary(report: &Report) -> String {
    let mut text = String::from("\n");
    for plugin in &report.plugins {
        // Nearly every component imports the first two, whether it needs them or not.
        let granted: Vec<&str> = plugin.granted.iter().map(String::as_str).filter(|one| !USUAL.contains(one)).collect();
        if !granted.is_empty() {
            let granted = on_one_line(&granted.join(", "));
            let _ = writeln!(text, "granted for the cases  {}  {granted}", plugin.name);
        }
        if let Some(unreached) = plugin.unreached.as_ref().map(unreached).filter(|words| !words.is_empty()) {
            let _ = writeln!(text, "{NOTE}not reached{NOTE:#}  {}  {unreached}", plugin.name);
        }
    }
    let style = if report.is_good() { GOOD } else { BAD };
    let took = seconds(report.micros);
    let _ = writeln!(text, "{style}{} passed, {} failed{style:#} in {took}", report.passed, report.failed);
    text
}

/// What does not hold in one case, without colours.
pub(super) fn plain(case: &CaseReport) -> String {
    let mut text = String::new();
    block(&mut text, case);
    anstream::adapter::strip_str(&text).to_string()
}

fn unreached(unreached: &Unreached) -> String {
    let list = |word: &str, names: &[String]| match names {
        [] => None,
        [one] => Some(format!("{word} {}", on_one_line(one))),
        many => Some(format!("{word}s {}", on_one_line(&many.join(", ")))),
    };
    let quoted = |names: &[String]| names.iter().map(|name| format!("{name:?}")).collect::<Vec<String>>();
    let untried = list("rule", &quoted(&unreached.untried));
    let untried = untried.map(|rules| format!("not tried, beyond the first {MOST_TRIED}: {rules}"));
    let all = [list("code", &unreached.codes), list("rule", &quoted(&unreached.rules)), untried];
    all.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

fn block(text: &mut String, case: &CaseReport) {
    for one in &case.differences {
        let _ = writeln!(text, "  {}", on_one_line(&one.key));
        let _ = writeln!(text, "    {GOOD}expected{GOOD:#}  {}", shown(one.expected.as_ref()));
        let _ = writeln!(text, "    {BAD}got{BAD:#}       {}", shown(one.got.as_ref()));
    }
    if let Some(advice) = &case.advice {
        let _ = writeln!(text, "  {}", on_one_line(&advice.what));
        let _ = writeln!(text, "    {}", advice.meaning);
        let _ = writeln!(text, "    what to do: {}", advice.remedy);
    }
    if let Some(leak) = &case.leak {
        leaking(text, leak);
    }
    list(text, "it read", &case.reads.iter().map(read).collect::<Vec<_>>());
    let verified = |one: &crate::policy::trace::Verification| format!("{} {}", one.profile, one.outcome);
    list(text, "it had a token verified", &case.verifications.iter().map(verified).collect::<Vec<_>>());
    list(text, "it logged", &case.log);
}

fn leaking(text: &mut String, leak: &Leak) {
    let after = on_one_line(&leak.after);
    let (last, only) =
        if leak.enough { ("", "") } else { ("several cases, the last of them ", " (no single one is enough)") };
    let _ = write!(
        text,
        "  state leaks: the answer depends on what this instance was asked before\n    \
           on a new instance  {}\n    \
           after {last}{after:?}{only}  {}\n    \
         One instance answers many requests, one after another. This policy keeps something in memory (a static, a field behind\n    \
         a lock, a global) that went from one request into another: one caller's answer depends on another caller.\n    \
         what to do: keep in memory only what `configure` made; what must be remembered belongs into a granted store\n",
        said(&leak.alone),
        said(&leak.reused)
    );
}

/// An answer, and its log where it said something.
fn said((answer, log): &(Value, Vec<String>)) -> String {
    let logged = if log.is_empty() { String::new() } else { format!(", logged {}", log.join(" | ")) };
    on_one_line(&format!("{answer}{logged}"))
}

fn list(text: &mut String, title: &str, items: &[String]) {
    if items.is_empty() {
        return;
    }
    let _ = writeln!(text, "  {title}");
    for item in items.iter().take(MOST_READS) {
        let _ = writeln!(text, "    {}", on_one_line(item));
    }
    if let Some(more) = items.len().checked_sub(MOST_READS).filter(|more| *more > 0) {
        let _ = writeln!(text, "    and {more} more");
    }
}

fn read(read: &Read) -> String {
    let name = if read.name.is_empty() { String::new() } else { format!(" {}", read.name) };
    match &read.value {
        Some(value) => format!("{}{name} = {value}", read.what),
        None => format!("{}{name}: absent", read.what),
    }
}

fn shown(value: Option<&Value>) -> String {
    value.map_or_else(|| "nothing".to_owned(), |value| on_one_line(&value.to_string()))
}

fn milliseconds(micros: u64) -> String {
    format!("{}.{} ms", micros / 1000, micros % 1000 / 100)
}

fn seconds(micros: u64) -> String {
    format!("{}.{:02} s", micros / 1_000_000, micros % 1_000_000 / 10_000)
}
