//! When to look at the disk: on file events, debounced, and on a slow poll where events get lost.
//!
//! Never decides what changed: the reloader compares contents.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout_at};

use super::reloader::{Outcome, Reloader};

/// Silence after an event before the disk is looked at: a write is rarely one event.
const QUIET: Duration = Duration::from_millis(40);
/// The longest a storm of events may put the look off.
const PATIENCE: Duration = Duration::from_millis(250);
/// How often to look without any event (network file systems, lost watches).
const POLL: Duration = Duration::from_secs(2);

/// Watches until told to stop; owns the file watcher.
pub async fn run(reloader: Arc<Reloader>, mut stop: watch::Receiver<bool>) {
    // One place is enough: an event says only that something happened.
    let (sender, mut events) = channel(1);
    let mut folders = Folders::new(sender);
    let mut poll = interval(POLL);
    poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        folders.follow(reloader.folders());
        tokio::select! {
            // Without a file watcher there is no sender, and only the poll is left.
            Some(()) = events.recv() => settle(&mut events).await,
            _ = poll.tick() => {}
            () = stopped(&mut stop) => return,
        }
        let looking = Arc::clone(&reloader);
        match tokio::task::spawn_blocking(move || looking.look()).await {
            Ok(Outcome::Unchanged | Outcome::Accepted(_) | Outcome::Refused) => {}
            Err(error) => tracing::error!(%error, "a reload broke off; the generation in force stays"),
        }
    }
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    // A closed channel means that the process is ending too.
    let _ = stop.wait_for(|stopped| *stopped).await;
}

/// Waits until no event came for [`QUIET`], but no longer than [`PATIENCE`].
async fn settle(events: &mut Receiver<()>) {
    let latest = Instant::now() + PATIENCE;
    loop {
        let quiet = (Instant::now() + QUIET).min(latest);
        match timeout_at(quiet, events.recv()).await {
            Ok(Some(())) if Instant::now() < latest => {}
            _ => return,
        }
    }
}

/// The folders under watch.
struct Folders {
    watcher: Option<RecommendedWatcher>,
    watched: BTreeSet<PathBuf>,
}

impl Folders {
    fn new(sender: Sender<()>) -> Self {
        let told = move |event: notify::Result<notify::Event>| {
            // Our own reading of the files makes access events.
            if !matches!(event, Ok(notify::Event { kind: EventKind::Access(_), .. })) {
                let _ = sender.try_send(());
            }
        };
        let watcher = notify::recommended_watcher(told)
            .inspect_err(|error| tracing::warn!(%error, "no file events on this machine; polling only"))
            .ok();
        Self { watcher, watched: BTreeSet::new() }
    }

    fn follow(&mut self, wanted: Vec<PathBuf>) {
        let wanted: BTreeSet<PathBuf> = wanted.into_iter().collect();
        let Some(watcher) = &mut self.watcher else { return };
        for gone in self.watched.difference(&wanted) {
            let _ = watcher.unwatch(gone);
        }
        self.watched =
            wanted.iter().filter(|folder| self.watched.contains(*folder) || watch(watcher, folder)).cloned().collect();
    }
}

/// False when the folder cannot be watched now; the next round tries again and the poll covers the meantime.
fn watch(watcher: &mut RecommendedWatcher, folder: &Path) -> bool {
    match watcher.watch(folder, RecursiveMode::NonRecursive) {
        Ok(()) => true,
        Err(error) => {
            tracing::warn!(folder = %folder.display(), %error, "cannot watch this folder; polling it");
            false
        }
    }
}
