//! What was found, as lines for a person.
//!
//! Never lets a component's own words break out of their line.

use super::{Checked, Finding, Outcome};
use crate::policy::secrecy::on_one_line;

/// How wide the outcome and the check's name are.
const WORD: usize = 4;
const NAME: usize = 9;

/// The whole text.
pub fn render(checked: &Checked) -> String {
    let under = checked.plugin.as_ref().map(|plugin| format!(" under [plugins.{plugin}]")).unwrap_or_default();
    let mut text = format!("{}{under}\n", on_one_line(&checked.file));
    checked.findings.iter().for_each(|finding| text.push_str(&lines(finding)));
    let failed = checked.findings.iter().filter(|finding| finding.outcome == Outcome::Failed).count();
    let last = match failed {
        0 => "the gateway would take it".to_owned(),
        1 => "1 check failed".to_owned(),
        many => format!("{many} checks failed"),
    };
    text + &last + "\n"
}

fn lines(finding: &Finding) -> String {
    let word = match finding.outcome {
        Outcome::Passed => "ok",
        Outcome::Noted => "note",
        Outcome::Skipped => "skip",
        Outcome::Failed => "FAIL",
    };
    let mut lines = format!("  {word:WORD$} {:NAME$} {}\n", finding.check, on_one_line(&finding.says));
    if let Some(remedy) = &finding.remedy {
        lines.push_str(&format!("  {:WORD$} {:NAME$} {}\n", "", "", on_one_line(remedy)));
    }
    lines
}
