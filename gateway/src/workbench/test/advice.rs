//! What a fault means, in words for somebody who writes their first policy.
//!
//! Never repeats what the differences say already.

use serde::Serialize;
use witgate_cases::Line;

use crate::policy::fault::Fault;
use crate::policy::limits::{Exceeded, Limit};
use crate::stage::Heard;

/// What the SDK logs when a policy panics, before the trap.
const PANICKED: &str = "the plugin panicked";

/// What broke, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Advice {
    /// what happened, with the policy's own words where it said any
    pub what: String,
    /// what it means in a gateway
    pub meaning: String,
    /// what to do
    pub remedy: String,
}

/// Advice for a case whose answer is a fault; nothing for an answer.
pub(super) fn of(heard: &Heard) -> Option<Advice> {
    let why = heard.answer.as_ref().err()?;
    let advice = |what: String, meaning: &str, remedy: &str| Advice {
        what,
        meaning: meaning.to_owned(),
        remedy: remedy.to_owned(),
    };
    Some(match &heard.fault {
        None => advice(format!("the case cannot be asked: {why}"), "the policy was not called", "correct the case"),
        Some(Fault::Trap(_)) => match heard.log.iter().rev().find(|line| line.message == PANICKED) {
            Some(line) => advice(panic(line), BROKEN, PANIC_REMEDY),
            None => advice(format!("it broke in the middle of the call: {why}"), BROKEN, TRAP_REMEDY),
        },
        Some(Fault::Limit(exceeded)) => limit(exceeded),
        Some(Fault::Contract(how)) => advice(
            format!("its answer is none that the gateway takes: {how}"),
            BROKEN,
            "correct the answer; wit/ has the contract",
        ),
        Some(Fault::Start(_) | Fault::Unavailable { .. }) => {
            advice(format!("no instance could be had: {why}"), BROKEN, "correct `configure`, which runs first")
        }
    })
}

const BROKEN: &str = "in a gateway this request is refused with 500 policy_fault, and the instance is thrown away";
const PANIC_REMEDY: &str = "return a refusal where the request is to blame; a case for a panic that must be says expect = { fault = \"trap\" }";
const TRAP_REMEDY: &str = "look at what it read last, below; log before and after the place to find it";

fn panic(line: &Line) -> String {
    let reason = line.field("reason").unwrap_or("no message");
    match line.field("place").filter(|place| !place.is_empty()) {
        Some(place) => format!("it panicked at {place}: {reason}"),
        None => format!("it panicked: {reason}"),
    }
}

fn limit(exceeded: &Exceeded) -> Advice {
    let word = exceeded.limit.word();
    let remedy = match exceeded.limit {
        Limit::CpuMs | Limit::WallMs | Limit::StartCpuMs => {
            format!("see what a call takes with `witgate plugin bench`; do less, or raise limits.{word} in its entry")
        }
        Limit::Verifications | Limit::StackBytes => "do less of it: this limit is fixed".to_owned(),
        _ => format!("do less of it, or raise limits.{word} in its entry of gateway.toml"),
    };
    Advice { what: format!("it was ended: it {exceeded}"), meaning: BROKEN.to_owned(), remedy }
}
