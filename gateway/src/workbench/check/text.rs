//! What was found, as lines for a person.
//!
//! Never lets a component's own words break out of their line.

use super::{Checked, Finding, Outcome};
use crate::policy::secrecy::on_one_line;
use crate::workbench::style::{BAD, GOOD, HEAD, NOTE, painted};

/// How wide the outcome and the check's name are.
const WORD: usize = 4;
const NAME: usize = 9;

/// The whole text.
pub fn render(checked: &Checked) -> String {
    let under = checked.plugin.as_ref().map(|plugin| format!(" under [plugins.{plugin}]")).unwrap_or_default();
    let mut text = painted(HEAD, &format!("{}{under}", on_one_line(&checked.file))) + "\n";
    checked.findings.iter().for_each(|finding| text.push_str(&lines(finding)));
    let failed = checked.findings.iter().filter(|finding| finding.outcome == Outcome::Failed).count();
    let last = match failed {
        0 => painted(GOOD, "the gateway would take it"),
        1 => painted(BAD, "1 check failed"),
        many => painted(BAD, &format!("{many} checks failed")),
    };
    text + &last + "\n"
}

fn lines(finding: &Finding) -> String {
    let (style, word) = match finding.outcome {
        Outcome::Passed => (GOOD, "ok"),
        Outcome::Noted => (NOTE, "note"),
        Outcome::Skipped => (NOTE, "skip"),
        Outcome::Failed => (BAD, "FAIL"),
    };
    let word = painted(style, &format!("{word:WORD$}"));
    let mut lines = format!("  {word} {:NAME$} {}\n", finding.check, on_one_line(&finding.says));
    if let Some(remedy) = &finding.remedy {
        lines.push_str(&format!("  {:WORD$} {:NAME$} {}\n", "", "", on_one_line(remedy)));
    }
    lines
}
