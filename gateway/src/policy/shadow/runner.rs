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
    let candidate = answer(&job.tap.candidate, job.call, &mut job.exchange).await;
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
    let route = &job.exchange.head.route;
    let kind = format!("{route}\n{}\n{}\n{}", job.call.word(), job.live.shape(), candidate.shape());
    job.tap.tally.keep(kind, |kind| Difference {
        route: route.clone(),
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

async fn answer(plugin: &Plugin, call: Call, exchange: &mut Box<Exchange>) -> Summary {
    match call {
        Call::Authenticate => {
            exchange.claims = None;
            let answered = plugin.authenticate(0, exchange).await;
            let summary = summarised(plugin, answered);
            // The word without the deed: as a live plugin it would be refused.
            if summary.outcome == "authenticated" && exchange.claims.is_none() {
                Summary::fault("contract")
            } else {
                summary
            }
        }
        Call::Authorize => summarised(plugin, plugin.authorize(0, exchange).await),
        Call::Select => summarised(plugin, plugin.select(0, exchange).await),
        Call::OnRequest => summarised(plugin, plugin.on_request(0, exchange).await),
        Call::OnResponse(status) => summarised(plugin, plugin.on_response(0, exchange, status).await),
    }
}

fn summarised<T: Summarised>(plugin: &Plugin, answer: Result<T, Fault>) -> Summary {
    answer.map_or_else(|fault| Summary::fault(fault.kind()), |answer| answer.summary(plugin.hidden()))
}
