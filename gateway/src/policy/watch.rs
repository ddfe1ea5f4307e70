//! What looks on while a chain asks a policy: the trace of the request, the candidate beside the plugin, the recording.
//!
//! Never changes an answer, and costs two comparisons when nobody looks.

use std::sync::Arc;

use super::answer::Worded;
use super::contract::{Held, Rules};
use super::decision::{Call, Summarised, Summary};
use super::exchange::{CallCost, Exchange};
use super::fault::Fault;
use super::hidden::Secrets;
use super::plugin::Plugin;
use super::shadow::Tap;
use super::tape::{Recorded, Tape};
use super::trace::{Step, Trace};

/// Who may want to look on.
pub(super) struct Onlookers<'a> {
    pub(super) tap: Option<&'a Arc<Tap>>,
    pub(super) tape: Option<&'a Arc<Tape>>,
    /// what a candidate's answer, and a recorded one, is held to
    pub(super) rules: &'a Arc<Rules>,
    /// the secrets of every plugin of the chain: one may read what another has set
    pub(super) secrets: &'a Secrets,
}

/// One call under watch.
pub(super) struct Watch {
    call: Call,
    /// the candidate, what both are held to, and the facts as they were before the call
    sampled: Option<(Arc<Tap>, Arc<Rules>, Box<Exchange>)>,
    /// the facts as they were before the call, where the request is recorded
    recorded: Option<Recorded>,
    /// whether the trace is there for their sake only
    lent: bool,
}

impl Watch {
    /// Before the call.
    pub(super) fn begin(
        plugin: &Plugin,
        Onlookers { tap, tape, rules, secrets }: &Onlookers<'_>,
        worker: usize,
        call: Call,
        exchange: &mut Exchange,
    ) -> Self {
        let sampled = tap.and_then(|tap| Some((Arc::clone(tap), Arc::clone(rules), tap.sample(worker, exchange)?)));
        let recorded = tape.filter(|_| exchange.recorded).map(|tape| tape.begin(call, (rules, secrets), exchange));
        let lent = (sampled.is_some() || recorded.is_some()) && exchange.trace.is_none();
        if lent {
            exchange.trace = Some(Trace::default());
        }
        if let Some(trace) = &exchange.trace {
            trace.begin(step(plugin, call));
            exchange.cost = Some(CallCost::default());
        }
        Self { call, sampled, recorded, lent }
    }

    /// After the call; gives the answer back as it is.
    pub(super) fn end<T: Summarised + Worded + Held>(
        self,
        plugin: &Plugin,
        answer: Result<T, Fault>,
        exchange: &mut Exchange,
    ) -> Result<T, Fault> {
        let Some(trace) = &exchange.trace else { return answer };
        if let Some(cost) = exchange.cost.take() {
            trace.cost(cost.cpu, cost.memory_bytes);
        }
        let (summary, fault) = match &answer {
            Ok(answer) => (answer.summary(plugin.hidden()), None),
            Err(fault) => (Summary::fault(fault.kind()), Some(fault.to_string())),
        };
        trace.end(summary.clone(), fault);
        // A live plugin that breaks decides nothing that a candidate could be compared with.
        if let (Some((tap, rules, facts)), Ok(kept)) = (self.sampled, &answer)
            && kept.check(plugin, exchange, &rules).is_ok()
        {
            let live = (summary, trace.last().unwrap_or_default(), exchange.claims.clone());
            tap.ask(self.call, facts, rules, live);
        }
        if let Some(recorded) = self.recorded {
            recorded.end(plugin, &answer, trace.last().unwrap_or_default(), exchange);
        }
        if self.lent {
            exchange.trace = None;
        }
        answer
    }
}

fn step(plugin: &Plugin, call: Call) -> Step {
    Step {
        plugin: plugin.name().to_owned(),
        role: plugin.world().to_string(),
        call: call.word().to_owned(),
        digest: plugin.digest().to_string(),
        ..Step::default()
    }
}
