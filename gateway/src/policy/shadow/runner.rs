//! The one thread that asks candidates and compares.
//!
//! Never asks two at a time, and never outlives its owner: dropping the runner ends the thread after the question at hand.

use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::sync::oneshot;

use super::case;
use super::share::Share;
use super::tally::{Difference, Found};
use super::tap::{Identity, Job, Tap};
use crate::config;
use crate::observe::metrics::Metrics;
use crate::policy::component::{Compiler, Digest};
use crate::policy::contract::{Held, Rules};
use crate::policy::decision::{Call, Summarised, Summary};
use crate::policy::exchange::Exchange;
use crate::policy::fault::Fault;
use crate::policy::grants::Resources;
use crate::policy::plugin::{Plugin, PluginError};
use crate::policy::trace::{Step, Trace};

/// Questions that may wait; each holds the head of one request.
const QUEUE: usize = 256;

/// Owner of the thread.
pub struct Runner {
    queue: Sender<Job>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    metrics: Arc<Metrics>,
}

impl Runner {
    /// Starts the thread.
    ///
    /// # Errors
    /// When the system has no thread or runtime left.
    pub fn start(metrics: &Arc<Metrics>) -> io::Result<Self> {
        let (queue, jobs) = channel(QUEUE);
        let (stop, stopped) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let thread = std::thread::Builder::new()
            .name("witgate-shadow".into())
            .spawn(move || runtime.block_on(work(jobs, stopped)))?;
        Ok(Self { queue, stop: Some(stop), thread: Some(thread), metrics: Arc::clone(metrics) })
    }

    /// Loads the candidate of a plugin. `known` are the taps of the generation in force: the same candidate beside the
    /// same plugin keeps its counts.
    ///
    /// # Errors
    /// As for any plugin.
    pub fn tap(
        &self,
        parts: (&Compiler, &Resources),
        live: &Arc<Plugin>,
        entry: &config::Plugin,
        bytes: &[u8],
        workers: usize,
        known: &[Arc<Tap>],
    ) -> Result<Option<Arc<Tap>>, PluginError> {
        let Some(shadow) = &entry.shadow else { return Ok(None) };
        let candidate = entry.candidate(shadow);
        // One thread asks, so one instance is enough.
        let loaded = Plugin::load(parts, &candidate, bytes, 1, &self.metrics)?;
        let identity = Identity {
            plugin: entry.name.clone(),
            live: live.digest(),
            candidate: loaded.digest(),
            configs: Digest::of(format!("{}\n{}", entry.config_json, candidate.config_json).as_bytes()),
        };
        let same = known.iter().find(|tap| tap.identity == identity);
        Ok(Some(Arc::new(Tap {
            tally: same.map_or_else(Arc::default, |tap| Arc::clone(&tap.tally)),
            identity,
            live: Arc::clone(live),
            candidate: Arc::new(loaded),
            share: Share::new(shadow.share_millionths, workers),
            queue: self.queue.downgrade(),
            metrics: Arc::clone(&self.metrics),
        })))
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn work(mut jobs: Receiver<Job>, mut stopped: oneshot::Receiver<()>) {
    loop {
        let job = tokio::select! {
            // The sender never sends: it is dropped.
            biased;
            _ = &mut stopped => return,
            job = jobs.recv() => job,
        };
        match job {
            Some(job) => compare(job).await,
            None => return,
        }
    }
}

async fn compare(mut job: Job) {
    let trace = Trace::default();
    trace.begin(Step::default());
    job.exchange.trace = Some(trace.clone());
    let candidate = answer(&job.tap.candidate, job.call, &mut job.exchange, &job.rules).await;
    let found = match &candidate {
        answer if answer.is_fault() => Found::Faulted,
        answer if *answer == job.live => Found::Agreed,
        _ => Found::Differed,
    };
    job.tap.tally.count(found);
    job.tap.metrics.shadowed(&job.tap.identity.plugin, found.word());
    if found == Found::Differed {
        // A candidate that refused the token left no claims, but the case shows those that the live plugin saw.
        job.exchange.claims = job.exchange.claims.take().or_else(|| job.claims.clone());
        keep(&job, &candidate, &trace.last().unwrap_or_default());
    }
}

fn keep(job: &Job, candidate: &Summary, step: &Step) {
    let route = &job.exchange.route;
    let kind = format!("{route}\n{}\n{}\n{}", job.call.word(), job.live.shape(), candidate.shape());
    job.tap.tally.keep(kind, |kind| Difference {
        route: route.to_string(),
        live: job.live.to_string(),
        candidate: candidate.to_string(),
        times: 1,
        case: case_of(job, step, candidate),
        kind,
    });
}

/// What was read may hold a secret of one of the configs.
fn case_of(job: &Job, step: &Step, candidate: &Summary) -> String {
    let text = case::toml(job.call, &job.exchange, [&job.step, step], &job.live, candidate);
    let text = job.tap.live.hidden().hide(&text).into_owned();
    job.tap.candidate.hidden().hide(&text).into_owned()
}

async fn answer(plugin: &Plugin, call: Call, exchange: &mut Box<Exchange>, rules: &Rules) -> Summary {
    match call {
        Call::Authenticate => {
            exchange.claims = None;
            let answered = plugin.authenticate(0, exchange).await;
            summarised(plugin, answered, exchange, rules)
        }
        Call::Authorize => {
            let answered = plugin.authorize(0, exchange).await;
            summarised(plugin, answered, exchange, rules)
        }
        Call::Select => {
            let answered = plugin.select(0, exchange).await;
            summarised(plugin, answered, exchange, rules)
        }
        Call::OnRequest => {
            let answered = plugin.on_request(0, exchange).await;
            summarised(plugin, answered, exchange, rules)
        }
        Call::OnResponse(status) => {
            let answered = plugin.on_response(0, exchange, status).await;
            summarised(plugin, answered, exchange, rules)
        }
    }
}

/// An answer that a chain would call a fault is one here too: nothing that breaks the contract is compared or kept.
fn summarised<T: Summarised + Held>(
    plugin: &Plugin,
    answer: Result<T, Fault>,
    exchange: &Exchange,
    rules: &Rules,
) -> Summary {
    let kept = answer.and_then(|answer| match answer.check(plugin, exchange, rules) {
        Ok(()) => Ok(answer),
        Err(fault) => Err(plugin.noted(fault)),
    });
    kept.map_or_else(|fault| Summary::fault(fault.kind()), |answer| answer.summary(plugin.hidden()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::bindings::types::Refusal;
    use crate::policy::bindings::{Action, Decision, HeaderOp, Outcome, Selection, router};
    use crate::policy::instance::Calling;
    use crate::policy::testing::Bench;

    type Target = router::exports::witgate::policy::router::Target;

    fn of<T: Summarised + Held>(plugin: &Plugin, answer: T) -> String {
        let rules = Rules { identity_prefix: "x-identity-".into(), choices: vec![("orders".into(), 0)] };
        summarised(plugin, Ok(answer), &Exchange::vacant(), &rules).to_string()
    }

    #[test]
    fn what_a_chain_calls_a_fault_is_one_of_the_candidate() {
        let bench = Bench::new();
        let plugin = bench.load("", Calling::Sync).expect("a plugin");
        let deny = |code: &str| Refusal { status: 403, code: code.into(), message: String::new() };
        let to = |upstream: &str, path: Option<&str>| {
            Selection::To(Target { upstream: upstream.into(), path: path.map(str::to_owned), attributes: vec![] })
        };
        let set = |name: &str| vec![HeaderOp::Set((name.into(), b"1".to_vec()))];
        let many = || vec![("a".to_owned(), "x".repeat(9000))];

        assert_eq!(of(&plugin, Decision::Deny(deny("no"))), "refused 403 no");
        assert_eq!(of(&plugin, to("orders", Some("/a"))), "to orders");
        assert_eq!(of(&plugin, Action::Forward(set("x-a"))), "forward");
        let bad = deny("a\n[[case]]\n\u{1b}[2J");
        for broken in [
            of(&plugin, Decision::Deny(bad.clone())),
            of(&plugin, Decision::Deny(deny(&"a".repeat(1 << 20)))),
            of(&plugin, Outcome::Refused(bad.clone())),
            of(&plugin, Outcome::Authenticated(vec![])),
            of(&plugin, Selection::Refused(bad.clone())),
            of(&plugin, to("orders\n[[case]]", None)),
            of(&plugin, to("orders", Some("/a/../b"))),
            of(&plugin, Selection::To(Target { upstream: "orders".into(), path: None, attributes: many() })),
            of(&plugin, Action::Refused(bad)),
            of(&plugin, Action::Forward(set("x a\n"))),
            of(&plugin, set("x-identity-subject")),
        ] {
            assert_eq!(broken, "fault contract");
        }
        assert_eq!(bench.count("policy_faults_total"), 11);
    }
}
