//! The one thread that writes recordings.
//!
//! Never started before something is recorded, and never outlives its owner: stopping it writes what waits, and ends
//! it.

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::backoff::Backoff;
use super::files::{self, Files};
use super::folder;
use super::stored::LINE_BYTES;
use crate::config::{Config, Recording};
use crate::observe::metrics::Metrics;
use crate::policy::tape::{Job, Queue, Tape};

/// Calls that may wait to be written; each holds the head of one request.
const QUEUE: usize = 1024;
/// How often files are looked at that grow too old, also where nothing is written.
const TIDY_EVERY: Duration = Duration::from_secs(60);

/// Owner of the thread.
pub struct Recorder {
    metrics: Arc<Metrics>,
    running: Mutex<Option<Running>>,
}

struct Running {
    queue: Arc<Queue>,
    thread: JoinHandle<()>,
}

impl Recorder {
    /// Of a process with these metrics.
    pub fn new(metrics: &Arc<Metrics>) -> Self {
        Self { metrics: Arc::clone(metrics), running: Mutex::default() }
    }

    /// Sees that the folder of a recording can be used.
    ///
    /// # Errors
    /// When it cannot be made, or is open to others.
    pub fn check(recording: &Recording) -> Result<(), super::FolderFault> {
        folder::open(&recording.folder)
    }

    /// The recording of a generation with this number.
    ///
    /// # Errors
    /// When the system has no thread left.
    pub fn tape(&self, generation: u64, config: &Config, recording: &Recording) -> io::Result<Arc<Tape>> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let queue = match &*running {
            Some(running) => Arc::clone(&running.queue),
            None => Arc::clone(&running.insert(Running::start(&self.metrics, recording)?).queue),
        };
        Ok(Arc::new(Tape::new(generation, config, recording.clone(), &queue, &self.metrics)))
    }

    /// Writes what waits, and ends the thread. What comes later is dropped and counted.
    pub fn stop(&self) {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Running { queue, thread }) = running {
            drop(queue);
            let _ = thread.join();
        }
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Running {
    fn start(metrics: &Arc<Metrics>, recording: &Recording) -> io::Result<Self> {
        let (queue, jobs) = sync_channel(QUEUE);
        let writer = Writer::new(metrics, recording);
        let thread = std::thread::Builder::new().name("witgate-record".into()).spawn(move || writer.run(&jobs))?;
        Ok(Self { queue: Arc::new(queue), thread })
    }
}

struct Writer {
    files: Files,
    metrics: Arc<Metrics>,
    /// what was recorded last, and when its folder was tidied
    last: (Recording, Instant),
    /// of writes that failed
    backoff: Backoff,
}

impl Writer {
    /// It begins with a folder: what the process before this one left there grows old, too.
    fn new(metrics: &Arc<Metrics>, recording: &Recording) -> Self {
        let last = (recording.clone(), Instant::now());
        Self { files: Files::default(), metrics: Arc::clone(metrics), last, backoff: Backoff::default() }
    }

    fn run(mut self, jobs: &Receiver<Job>) {
        loop {
            // Nothing waits, so nothing more would come into the same piece.
            let mut next = jobs.try_recv().ok();
            if next.is_none() {
                self.flush();
                self.tidy();
                next = match jobs.recv_timeout(TIDY_EVERY) {
                    Ok(job) => Some(job),
                    Err(RecvTimeoutError::Timeout) => None,
                    Err(RecvTimeoutError::Disconnected) => return,
                };
            }
            if let Some(job) = next {
                self.write(&job);
            }
        }
    }

    fn write(&mut self, job: &Job) {
        let (recording, now) = (job.recording(), Instant::now());
        if !self.may_write(recording, now) {
            return;
        }
        let Ok(mut line) = serde_json::to_vec(&job.line()) else { return self.metrics.recorded("failed") };
        line.push(b'\n');
        if line.len() > LINE_BYTES {
            return self.metrics.recorded("too-large");
        }
        self.append(recording, &line, now);
    }

    /// Whether the last failure is long enough ago. Another recording is tried at once: it may be what mends things.
    fn may_write(&mut self, recording: &Recording, now: Instant) -> bool {
        if self.last.0 != *recording {
            self.last = (recording.clone(), now);
            self.backoff = Backoff::default();
        }
        let may = self.backoff.allows(now);
        if !may {
            self.backoff.lose();
            self.metrics.recorded("failed");
        }
        may
    }

    fn append(&mut self, recording: &Recording, line: &[u8], now: Instant) {
        match self.files.append(recording, line) {
            Ok(()) => self.metrics.recorded("written"),
            Err(error) => self.failed(&error, now),
        }
    }

    /// Only now is it known whether the disk takes what was written.
    fn flush(&mut self) {
        match self.files.flush() {
            Ok(false) => {}
            Ok(true) => {
                if let Some(lost) = self.backoff.recovered() {
                    tracing::info!(lost, "recording goes on");
                }
            }
            Err(error) => self.failed(&error, Instant::now()),
        }
    }

    /// Told with each attempt, of which there is one in each rest at most.
    fn failed(&mut self, error: &io::Error, now: Instant) {
        self.metrics.recorded("failed");
        let (rest, lost) = self.backoff.failed(now);
        let rest_seconds = rest.as_secs();
        tracing::error!(%error, lost, rest_seconds, "decisions cannot be recorded; is the disk full?");
    }

    fn tidy(&mut self) {
        let (recording, at) = &mut self.last;
        if at.elapsed() >= TIDY_EVERY {
            *at = Instant::now();
            files::prune(&recording.folder, recording.bounds.total_bytes, recording.bounds.age);
        }
    }
}

#[cfg(test)]
mod tests;
