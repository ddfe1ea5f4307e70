//! The log's format: JSON lines on stderr, filtered by `RUST_LOG` (default `info`).
//!
//! Never writes to stdout, which belongs to the addresses that `witgate run` announces, and never lets a slow or absent
//! reader of stderr hold up or end a request: lines go through a bounded queue, and what does not fit is
//! dropped, and counted.

use std::sync::OnceLock;

use tracing_appender::non_blocking::{ErrorCounter, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::EnvFilter;

/// Lines that may wait to be written. A policy may write 16 KiB in one: the queue is a bound on memory, too.
const QUEUED_LINES: usize = 16 * 1024;

/// Counts the lines that did not fit.
static DROPPED: OnceLock<ErrorCounter> = OnceLock::new();

/// Installs the subscriber for the whole process; a second call changes nothing. What it gives back writes out the rest
/// of the queue when it is dropped.
#[must_use = "the last lines are written when this is dropped"]
pub fn init() -> WorkerGuard {
    let (writer, guard) = NonBlockingBuilder::default()
        .lossy(true)
        .buffered_lines_limit(QUEUED_LINES)
        .thread_name("witgate-log")
        .finish(std::io::stderr());
    let _ = DROPPED.set(writer.error_counter());
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let _ = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        // It would print its own trouble to stderr, and panic when that is closed.
        .log_internal_errors(false)
        .with_writer(writer)
        .with_env_filter(filter)
        .try_init();
    guard
}

/// How many lines did not fit since the start.
pub fn dropped_lines() -> u64 {
    DROPPED.get().map_or(0, |counter| u64::try_from(counter.dropped_lines()).unwrap_or(u64::MAX))
}
