//! Where a chain hands a question to the candidate of a plugin.
//!
//! Never waits: a full queue, or a runner that has ended, drops the question.

use std::sync::Arc;

use tokio::sync::mpsc::WeakSender;
use witgate_token::Claims;

use super::share::Share;
use super::tally::Tally;
use crate::observe::metrics::Metrics;
use crate::policy::component::Digest;
use crate::policy::contract::Rules;
use crate::policy::decision::{Call, Summary};
use crate::policy::exchange::Exchange;
use crate::policy::plugin::Plugin;
use crate::policy::trace::Step;

/// Which candidate stands beside which plugin. While these are the same, so are the counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// the live plugin's name in gateway.toml
    pub plugin: String,
    /// the live component
    pub live: Digest,
    /// the candidate's component
    pub candidate: Digest,
    /// both configurations, digested: they may hold secrets
    pub configs: Digest,
}

/// The candidate of one plugin of one generation.
pub struct Tap {
    pub(super) identity: Identity,
    pub(super) live: Arc<Plugin>,
    pub(super) candidate: Arc<Plugin>,
    pub(super) share: Share,
    pub(super) queue: WeakSender<Job>,
    pub(super) tally: Arc<Tally>,
    pub(super) metrics: Arc<Metrics>,
}

/// One question, and the live plugin's answer to it.
pub(super) struct Job {
    pub(super) tap: Arc<Tap>,
    pub(super) call: Call,
    /// the facts as they were before the live plugin was asked
    pub(super) exchange: Box<Exchange>,
    /// what the route holds both to
    pub(super) rules: Arc<Rules>,
    pub(super) live: Summary,
    /// what the live plugin read
    pub(super) step: Step,
    /// the claims it verified, or was given
    pub(super) claims: Option<Claims>,
}

impl Tap {
    /// Which candidate this is.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The sampled share.
    pub fn share(&self) -> &Share {
        &self.share
    }

    /// What came of it.
    pub fn tally(&self) -> &Arc<Tally> {
        &self.tally
    }

    /// The facts for the candidate, if this call is sampled.
    pub(in crate::policy) fn sample(&self, worker: usize, exchange: &Exchange) -> Option<Box<Exchange>> {
        self.share.takes(worker).then(|| Box::new(exchange.facts()))
    }

    /// Asks the candidate later, if there is room: the live plugin answered so, read this, and had these claims.
    pub(in crate::policy) fn ask(
        self: &Arc<Self>,
        call: Call,
        exchange: Box<Exchange>,
        rules: Arc<Rules>,
        (live, step, claims): (Summary, Step, Option<Claims>),
    ) {
        let job = Job { tap: Arc::clone(self), call, exchange, rules, live, step, claims };
        let queued = self.queue.upgrade().is_some_and(|queue| queue.try_send(job).is_ok());
        if !queued {
            self.tally.dropped();
            self.metrics.shadowed(&self.identity.plugin, "dropped");
        }
    }
}
