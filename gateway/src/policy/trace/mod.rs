//! The record of one traced request: each policy's step, and what the gateway itself did between them.
//!
//! Never made unless an operator asked for it (or a shadow compares), never grows beyond its bounds, and never waits: the
//! lock is taken by the request's own task only.

pub mod step;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use step::{Read, Step, VERIFIED, Verification};

use super::decision::Summary;
use super::secrecy;

/// Calls of policies in one request.
const STEPS: usize = 64;
/// Different reads of one call.
const READS_PER_STEP: usize = 256;
/// Log lines of one call.
const LINES_PER_STEP: usize = 32;
/// What a name in a list takes beside its text, in bytes.
const NAME_BYTES: usize = 4;
/// Names, values, lines and decisions together, in bytes.
const TEXT_BYTES: usize = 64 * 1024;

/// A handle on the record; clones share it, so that it outlives a request that is refused or abandoned.
#[derive(Debug, Clone, Default)]
pub struct Trace(Arc<Mutex<Record>>);

/// What was recorded.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Record {
    /// what was asked, once it was admitted
    pub asked: Option<Asked>,
    /// the route's name
    pub route: Option<String>,
    /// why this route, and why not the others that take the path
    pub candidates: Vec<Candidate>,
    /// the calls of policies, in order
    pub steps: Vec<Step>,
    /// the upstream's name
    pub upstream: Option<String>,
    /// the target the upstream was asked for
    pub target: Option<String>,
    /// headers set from claims
    pub identity_headers: Vec<(String, String)>,
    /// true when something did not fit
    pub cut: bool,
    #[serde(skip)]
    text_bytes: usize,
}

/// The request as routing saw it. The query is left out: tokens travel there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// such as `GET`
    pub method: String,
    /// the canonical path
    pub path: String,
    /// host and port
    pub authority: String,
    /// the peer's address
    pub peer: String,
}

/// A route whose host and path take the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// its name
    pub route: String,
    /// `chosen`, or why not
    pub verdict: String,
}

impl Trace {
    /// Changes the record.
    pub fn note(&self, change: impl FnOnce(&mut Record)) {
        change(&mut self.lock());
    }

    /// The record until now.
    pub fn record(&self) -> Record {
        self.lock().clone()
    }

    /// A call begins.
    pub(super) fn begin(&self, step: Step) {
        let mut record = self.lock();
        if record.steps.len() < STEPS {
            record.steps.push(step);
        } else {
            record.cut = true;
        }
    }

    /// The guest read something.
    pub(super) fn read(&self, what: &str, name: &str, value: Option<String>) {
        let read = Read { what: what.to_owned(), name: name.to_owned(), value };
        let noted = self.add(read.name.len() + read.value.as_ref().map_or(0, String::len), |step| {
            if step.reads.contains(&read) {
                return true;
            }
            let room = step.reads.len() < READS_PER_STEP;
            if room {
                step.reads.push(read);
            }
            room
        });
        if !noted && let Some(step) = self.lock().steps.last_mut() {
            step.reads_cut = true;
        }
    }

    /// The guest had a token verified.
    pub(super) fn verified(&self, verification: Verification) {
        let required: usize = verification.required.iter().map(|name| NAME_BYTES + name.len()).sum();
        self.add(verification.profile.len() + verification.outcome.len() + required, |step| {
            step.verifications.push(verification);
            true
        });
    }

    /// The guest wrote a line.
    pub(super) fn logged(&self, line: String) {
        self.add(line.len(), |step| {
            let room = step.log.len() < LINES_PER_STEP;
            if room {
                step.log.push(line);
            }
            room
        });
    }

    /// What the call cost.
    pub(super) fn cost(&self, cpu: Duration, memory_bytes: usize) {
        self.add(0, |step| {
            step.cpu_micros = Some(u64::try_from(cpu.as_micros()).unwrap_or(u64::MAX));
            step.memory_bytes = Some(memory_bytes);
            true
        });
    }

    /// The call ended. What was decided is always told, and all of it where there is room.
    pub(super) fn end(&self, decision: Summary, fault: Option<String>) {
        let brief = decision.brief();
        let fault = fault.map(|words| secrecy::clipped(words.as_bytes()));
        let bytes = decision.bytes() + fault.as_ref().map_or(0, String::len);
        let told = self.add(bytes, |step| {
            step.decision = Some(decision);
            step.fault.clone_from(&fault);
            true
        });
        if !told {
            self.add(0, |step| {
                step.decision = Some(brief);
                step.fault = fault;
                true
            });
        }
    }

    /// The last step.
    pub(super) fn last(&self) -> Option<Step> {
        self.lock().steps.last().cloned()
    }

    /// Changes the last step, if `bytes` more fit, and says whether it did; `change` is false where the step itself has no
    /// room.
    fn add(&self, bytes: usize, change: impl FnOnce(&mut Step) -> bool) -> bool {
        let mut record = self.lock();
        let fits = record.text_bytes + bytes <= TEXT_BYTES;
        let done = fits && record.steps.last_mut().is_some_and(change);
        if done {
            record.text_bytes += bytes;
        } else {
            record.cut = true;
        }
        done
    }

    fn lock(&self) -> MutexGuard<'_, Record> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_bounded_and_says_when_it_was_cut() {
        let trace = Trace::default();
        trace.begin(Step::default());
        trace.read("header", "x-a", Some("1".into()));
        trace.read("header", "x-a", Some("1".into()));
        assert_eq!(trace.record().steps[0].reads.len(), 1, "each once");
        assert!(!trace.record().cut);
        for n in 0..READS_PER_STEP {
            trace.read("header", &format!("x-{n}"), None);
        }
        assert!(trace.record().cut && trace.record().steps[0].reads.len() == READS_PER_STEP);
        assert!(trace.record().steps[0].reads_cut);

        let long = Trace::default();
        long.begin(Step::default());
        long.logged("a".repeat(TEXT_BYTES));
        long.logged("b".into());
        assert!(long.record().cut && long.record().steps[0].log.len() == 1);
        (0..STEPS * 2).for_each(|_| long.begin(Step::default()));
        assert_eq!(long.record().steps.len(), STEPS);
    }
    #[test]
    fn a_decision_and_demands_count_as_well() {
        let trace = Trace::default();
        trace.begin(Step::default());
        let required = vec!["x".repeat(TEXT_BYTES / 2); 3];
        trace.verified(Verification { profile: "main".into(), outcome: VERIFIED.into(), failure: None, required });
        let attributes = (0..TEXT_BYTES / 40).map(|n| (n.to_string(), String::new())).collect();
        trace.end(Summary { outcome: "allow".into(), attributes, ..Summary::default() }, Some("f".repeat(TEXT_BYTES)));
        let record = trace.record();
        let step = &record.steps[0];
        assert!(record.cut && step.verifications.is_empty());
        assert_eq!(
            step.decision,
            Some(Summary { outcome: "allow".into(), ..Summary::default() }),
            "what counts is told"
        );
        assert!(step.fault.as_ref().expect("a fault").len() < 2000);
    }
}
