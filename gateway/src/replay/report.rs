//! What a replay found: how many decisions stay, which change and how, and which cannot be known.
//!
//! Never grows with the recording: kinds, examples and names are bounded.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::example::Example;
use super::judged::{Changed, Judged};
use crate::recording::Unread;

/// Kinds of changes that are told; further ones are counted.
const MOST_KINDS: usize = 256;
/// Inputs that are named; further ones are counted.
const MOST_INPUTS: usize = 256;
/// Lines that could not be used and are named; further ones are counted.
const MOST_UNREAD: usize = 20;
/// Changed requests of one kind that are kept for the cases.
const CASES_OF_A_KIND: usize = 20;

/// See the module.
#[derive(Debug, Serialize)]
pub struct Report {
    /// the plugin whose decisions were recorded
    pub plugin: String,
    /// SHA-256 of the component that was asked
    pub digest: String,
    /// decisions that were asked again
    pub replayed: u64,
    /// those with the same answer
    pub same: u64,
    /// those with another one
    pub changed: u64,
    /// those whose answer hangs on something that is not in the recording
    pub unknown: u64,
    /// the time of the first and the last of them
    pub from: Option<Timestamp>,
    /// see `from`
    pub to: Option<Timestamp>,
    /// the kinds of changes, the most frequent first
    pub changes: Vec<Kind>,
    /// what could not be known, the most frequent first
    pub inputs: Vec<Unknown>,
    /// lines that could not be used
    pub unread: u64,
    /// where some of them stand, and why
    pub unread_lines: Vec<String>,
}

/// One kind of change.
#[derive(Debug, Serialize)]
pub struct Kind {
    /// the recorded answer, in short
    pub before: String,
    /// the new one
    pub after: String,
    /// parts that differ beside it, such as `set.x-tenant`
    pub parts: Vec<String>,
    /// how many requests
    pub requests: u64,
    /// the first of them
    pub example: Example,
    #[serde(skip)]
    pub(super) kept: BTreeMap<u64, Box<Changed>>,
}

/// Something that a component read and the recording does not know.
#[derive(Debug, Serialize)]
pub struct Unknown {
    /// such as `claim sub`
    pub input: String,
    /// `withheld` or `never recorded`
    pub why: String,
    /// how many requests hang on it
    pub requests: u64,
}

/// Gathers a report.
pub(super) struct Tally {
    report: Report,
    kinds: BTreeMap<(String, String, Vec<String>), Kind>,
    inputs: BTreeMap<(String, &'static str), u64>,
}

impl Tally {
    pub(super) fn new(plugin: &str, digest: String) -> Self {
        let report = Report {
            plugin: plugin.to_owned(),
            digest,
            replayed: 0,
            same: 0,
            changed: 0,
            unknown: 0,
            from: None,
            to: None,
            changes: Vec::new(),
            inputs: Vec::new(),
            unread: 0,
            unread_lines: Vec::new(),
        };
        Self { report, kinds: BTreeMap::new(), inputs: BTreeMap::new() }
    }

    /// Counts one decision; `number` is its place in the recording.
    pub(super) fn add(&mut self, number: u64, at: Timestamp, place: &str, judged: Judged) {
        let report = &mut self.report;
        if let Judged::Unasked(why) = judged {
            return self.unread(&Unread { place: place.to_owned(), why });
        }
        report.replayed += 1;
        report.from = Some(report.from.map_or(at, |from| from.min(at)));
        report.to = Some(report.to.map_or(at, |to| to.max(at)));
        match judged {
            Judged::Same => report.same += 1,
            Judged::Changed(changed) => {
                report.changed += 1;
                self.change(number, changed);
            }
            Judged::Unknown(inputs) => {
                report.unknown += 1;
                for (input, why) in inputs {
                    let key = (input, why.words());
                    if self.inputs.len() < MOST_INPUTS || self.inputs.contains_key(&key) {
                        *self.inputs.entry(key).or_default() += 1;
                    }
                }
            }
            Judged::Unasked(_) => {}
        }
    }

    /// Counts a line that cannot be used.
    pub(super) fn unread(&mut self, unread: &Unread) {
        self.report.unread += 1;
        if self.report.unread_lines.len() < MOST_UNREAD {
            self.report.unread_lines.push(format!("{}: {}", unread.place, unread.why));
        }
    }

    fn change(&mut self, number: u64, changed: Box<Changed>) {
        let key = (changed.before.clone(), changed.after.clone(), changed.parts.clone());
        if self.kinds.len() >= MOST_KINDS && !self.kinds.contains_key(&key) {
            return;
        }
        let kind = self.kinds.entry(key).or_insert_with(|| Kind {
            before: changed.before.clone(),
            after: changed.after.clone(),
            parts: changed.parts.clone(),
            requests: 0,
            example: changed.example.clone(),
            kept: BTreeMap::new(),
        });
        kind.requests += 1;
        // Threads are done in any order, and a report is the same each time.
        if kind.kept.first_key_value().is_none_or(|(first, _)| number < *first) {
            kind.example = changed.example.clone();
        }
        kind.kept.insert(number, changed);
        if kind.kept.len() > CASES_OF_A_KIND {
            kind.kept.pop_last();
        }
    }

    pub(super) fn report(self) -> Report {
        let Self { mut report, kinds, inputs } = self;
        report.changes = kinds.into_values().collect();
        report.changes.sort_by_key(|kind| std::cmp::Reverse(kind.requests));
        let unknown =
            |((input, why), requests): ((String, &str), u64)| Unknown { input, why: why.to_owned(), requests };
        report.inputs = inputs.into_iter().map(unknown).collect();
        report.inputs.sort_by_key(|one| std::cmp::Reverse(one.requests));
        report
    }
}
