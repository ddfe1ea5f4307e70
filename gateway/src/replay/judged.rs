//! What came of one recorded decision.
//!
//! Never a change where the answer hangs on something that the line does not know.

use serde_json::{Value, json};
use witgate_cases::Case;

use super::alike;
use super::example::Example;
use super::inputs::{self, Why};
use crate::policy::reading::What;
use crate::policy::secrecy::on_one_line;
use crate::policy::tape::Line;
use crate::stage::Heard;

/// See the module.
pub(super) enum Judged {
    /// the same answer
    Same,
    /// another one
    Changed(Box<Changed>),
    /// the answer hangs on these
    Unknown(Vec<(String, Why)>),
    /// the line's case cannot be asked
    Unasked(String),
}

/// A decision that changes.
#[derive(Debug)]
pub(super) struct Changed {
    /// the recorded answer, in short
    pub(super) before: String,
    /// the new one
    pub(super) after: String,
    /// the parts that differ beside what the short form says
    pub(super) parts: Vec<String>,
    pub(super) example: Example,
    pub(super) case: Case,
    /// whether the component looked at the clock
    pub(super) reads_clock: bool,
    /// the recorded answer, or the fault in its place
    pub(super) recorded: Value,
    pub(super) answered: Value,
}

/// Judges what was heard of the question of a line.
pub(super) fn judge(line: Line, heard: &Heard) -> Judged {
    if let (Err(why), None) = (&heard.answer, &heard.fault) {
        return Judged::Unasked(why.clone());
    }
    let unknown = inputs::unknown(&line, &heard.step);
    if !unknown.is_empty() {
        return Judged::Unknown(unknown);
    }
    let recorded = line.answer.clone().unwrap_or_else(|| fault(line.fault.as_deref().unwrap_or_default()));
    let answered = match (&heard.answer, &heard.fault) {
        (Ok(answer), _) => answer.clone(),
        (Err(_), broken) => fault(broken.as_ref().map_or("", |broken| broken.kind())),
    };
    let parts = alike::parts(&recorded, &answered);
    if parts.is_empty() {
        return Judged::Same;
    }
    let (before, after) = (brief(&recorded), brief(&answered));
    let detailed = parts.iter().filter(|part| !BRIEF.contains(&part.key.as_str()));
    Judged::Changed(Box::new(Changed {
        parts: detailed.map(|part| part.key.clone()).collect(),
        before,
        after,
        example: Example::of(&line, &heard.step, &parts),
        reads_clock: heard.step.reads.iter().any(|read| read.what == What::Clock.word()),
        case: line.case,
        recorded,
        answered,
    }))
}

fn fault(kind: &str) -> Value {
    json!({"outcome": "fault", "fault": kind})
}

/// The parts that the short form of an answer says.
const BRIEF: [&str; 5] = ["outcome", "fault", "status", "code", "upstream"];

/// An answer in short, such as `refused 403 plan_too_small`.
fn brief(answer: &Value) -> String {
    let words = BRIEF.iter().filter_map(|key| match &answer[key] {
        Value::Null => None,
        Value::String(text) => Some(on_one_line(text)),
        other => Some(other.to_string()),
    });
    words.collect::<Vec<String>>().join(" ")
}
