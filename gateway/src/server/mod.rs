//! The whole process: first generation, sockets, workers, watcher, admin listener, and an orderly end or succession.
//!
//! Never announces an address before it answers there.

mod fault;
mod control;
mod descriptors;
mod dry;
mod sockets;
mod succession;
mod serving;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;
use tokio::sync::watch;
use witgate_wire::StopSignals;

pub use dry::{check, explain, explain_route};
pub use fault::ServerError;

use serving::Serving;
use sockets::Sockets;
use succession::Succession;

use crate::config::RecordTo;
use crate::observe::metrics::Metrics;
use crate::reload::reloader::Reloader;
use crate::reload::watch as files;

/// Signals to stop that come within this time are one.
const SAME_STOP: Duration = Duration::from_secs(1);

/// Serves until SIGTERM or SIGINT, or until a new process serves in its place; then drains. With `take_over`, the sockets
/// are those of the process that runs, if one does. `record_to`
/// records sampled requests, also where gateway.toml does not say so.
///
/// # Errors
/// When the first generation or an address cannot be had.
pub fn run(path: PathBuf, take_over: bool, record_to: Option<RecordTo>) -> Result<(), ServerError> {
    let runtime = control::runtime()?;
    let entered = runtime.enter();
    // From now on a hang-up is a reload, and does not end a process that still loads.
    let hangups = files::hangups()?;
    let metrics = Arc::new(Metrics::default());
    let builder = control::builder(runtime.handle(), &metrics)?.recording_to(record_to);
    let reloader = Arc::new(Reloader::start(path, builder, Arc::clone(&metrics))?);
    let config = reloader.current.load().config.clone();
    // Before anything is announced: whoever reads the address may ask to stop at once.
    let mut signals = StopSignals::new()?;
    let succession = Succession::begin(&config, take_over)?;
    let sockets = Sockets::bind(&config, succession.handed())?;
    sockets.announce()?;
    let offer = sockets.offered(&config)?;
    let serving = Serving::start(&runtime, reloader, metrics, sockets, hangups)?;
    let mut taken = succession.offer(&runtime, &offer);
    let is_taken = is_taken_in_the_end(&runtime, &mut signals, taken.as_mut());
    // Before the workers close theirs: a copy would keep the kernel queueing connections that nobody accepts.
    offer.withdraw();
    runtime.spawn(impatience(signals, is_taken, serving.end()));
    serving.drain(is_taken);
    // Whatever still blocks there, such as half a takeover, ends with the process.
    drop(entered);
    runtime.shutdown_background();
    taken.map(drop)
}

/// Waits until this process has to go; whether another one has its sockets then.
fn is_taken_in_the_end(
    runtime: &Runtime,
    signals: &mut StopSignals,
    taken: Result<&mut watch::Receiver<bool>, &mut ServerError>,
) -> bool {
    match taken {
        Ok(taken) => runtime.block_on(async {
            tokio::select! { () = signals.next() => false, Ok(_) = taken.wait_for(|taken| *taken) => true }
        }),
        // The process before this one serves on, so this one ends what it took meanwhile, and goes.
        Err(error) => {
            tracing::error!(%error, "this process does not take over");
            true
        }
    }
}

/// Who asks again to stop does not wait for the connections that are open. Right after the first time it counts as the same: a
/// terminal and a supervisor may both ask. Where another process serves already, the first time says no more than what happens anyway.
async fn impatience(mut signals: StopSignals, is_taken: bool, end: watch::Sender<bool>) {
    if is_taken {
        signals.next().await;
    }
    let asked = Instant::now();
    loop {
        signals.next().await;
        if asked.elapsed() >= SAME_STOP {
            break;
        }
    }
    tracing::warn!("asked again to stop: what is open is cut");
    let _ = end.send(true);
}
