//! Where a chain leaves what it was asked and what it answered.
//!
//! Never waits: a full queue, or a recorder that has ended, drops what was taken.

use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Weak};

use jiff::Timestamp;

use super::job::Job;
use super::origin::Origin;
use crate::config::{Config, Recording};
use crate::observe::metrics::Metrics;
use crate::policy::answer::{self, Worded};
use crate::policy::contract::{Held, Rules};
use crate::policy::decision::Call;
use crate::policy::exchange::Exchange;
use crate::policy::fault::Fault;
use crate::policy::hidden::Secrets;
use crate::policy::plugin::Plugin;
use crate::policy::shadow::Share;
use crate::policy::trace::Step;

/// The end of the queue that workers have; its owner is the recorder.
pub type Queue = SyncSender<Job>;

/// The recording of one generation.
pub struct Tape {
    origin: Arc<Origin>,
    share: Share,
    queue: Weak<Queue>,
    metrics: Arc<Metrics>,
}

impl Tape {
    /// Of a generation with this number and configuration.
    pub fn new(
        generation: u64,
        config: &Config,
        recording: Recording,
        queue: &Arc<Queue>,
        metrics: &Arc<Metrics>,
    ) -> Self {
        Self {
            share: Share::new(recording.share_millionths, config.threads),
            origin: Arc::new(Origin::of(generation, config, recording)),
            queue: Arc::downgrade(queue),
            metrics: Arc::clone(metrics),
        }
    }

    /// Whether this worker's next request is recorded.
    pub(in crate::policy) fn takes(&self, worker: usize) -> bool {
        self.share.takes(worker)
    }

    /// The facts of a call that is about to be made.
    pub(in crate::policy) fn begin(
        self: &Arc<Self>,
        call: Call,
        (rules, secrets): (&Arc<Rules>, &Secrets),
        exchange: &Exchange,
    ) -> Recorded {
        Recorded {
            tape: Arc::clone(self),
            rules: Arc::clone(rules),
            secrets: Arc::clone(secrets),
            call,
            at: Timestamp::now(),
            facts: Box::new(exchange.facts()),
        }
    }

    fn keep(&self, job: Job) {
        let queued = self.queue.upgrade().is_some_and(|queue| queue.try_send(job).is_ok());
        if !queued {
            self.metrics.recorded("dropped");
        }
    }
}

/// A call whose answer is not there yet.
pub(in crate::policy) struct Recorded {
    tape: Arc<Tape>,
    rules: Arc<Rules>,
    secrets: Secrets,
    call: Call,
    at: Timestamp,
    /// as they were before the call
    facts: Box<Exchange>,
}

impl Recorded {
    /// Keeps the answer and what was read for it. A plugin that was not asked gave no answer.
    pub(in crate::policy) fn end<T: Worded + Held>(
        self,
        plugin: &Plugin,
        answer: &Result<T, Fault>,
        step: Step,
        exchange: &Exchange,
    ) {
        let answer = match answer {
            Err(Fault::Unavailable { .. }) => return,
            Err(fault) => Err(fault.kind()),
            Ok(answer) => worded(answer, plugin, exchange, &self.rules),
        };
        let Self { tape, secrets, call, at, facts, .. } = self;
        let claims = exchange.claims.clone().or_else(|| facts.claims.clone());
        let origin = Arc::clone(&tape.origin);
        let job = Job { origin, call, at, facts, claims, step, answer, secrets };
        tape.keep(job);
    }
}

/// The answer in the words of a case; what the chain calls a fault is one here too.
fn worded<T: Worded + Held>(
    answer: &T,
    plugin: &Plugin,
    exchange: &Exchange,
    rules: &Rules,
) -> Result<serde_json::Value, &'static str> {
    answer.check(plugin, exchange, rules).map_err(|fault| fault.kind())?;
    let held_to = answer::Rules { identity_prefix: &rules.identity_prefix, limits: plugin.limits() };
    answer.clone().worded(exchange, &held_to).map_err(|broken| Fault::Contract(broken).kind())
}
