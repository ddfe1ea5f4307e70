//! When to look at the disk: on file events, debounced, on a slow poll where events get lost, and on SIGHUP.
//!
//! Never decides what changed: the reloader compares contents.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

use super::orders::{NotDone, Orders};
use super::relevance::Relevance;
use super::{quiet, snapshot};

/// How often to look without any event (network file systems, lost watches).
const POLL: Duration = Duration::from_secs(2);

/// SIGHUP, from now on: it does not end the process any more.
///
/// # Errors
/// When the system refuses. Needs a tokio runtime.
pub fn hangups() -> std::io::Result<Signal> {
    signal(SignalKind::hangup())
}

/// Watches until told to stop; owns the file watcher.
pub async fn run(orders: Orders, mut hangups: Signal, mut stop: watch::Receiver<bool>) {
    // One place is enough: an event says only that something happened.
    let (sender, mut events) = channel(1);
    let mut folders = Folders::new(sender);
    let mut poll = interval(POLL);
    poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let files = orders.files();
        folders.follow(&files);
        let wanted = tokio::select! {
            // Without a file watcher there is no sender, and only the poll is left.
            Some(()) = events.recv() => Wanted::Look,
            _ = poll.tick() => Wanted::Poll,
            Some(()) = hangups.recv() => Wanted::Reload,
            () = stopped(&mut stop) => return,
        };
        let ordered = match wanted {
            Wanted::Poll => match orders.differs().await {
                Ok(true) => settled(&orders, &mut events, &files).await,
                same => same.map(drop),
            },
            Wanted::Look => settled(&orders, &mut events, &files).await,
            Wanted::Reload => orders.reload().await.map(drop),
        };
        if let Err(not_done) = ordered {
            tracing::warn!(%not_done, "the files were not looked at");
        }
    }
}

/// Why the disk is looked at.
enum Wanted {
    Look,
    Poll,
    Reload,
}

/// Looks, once it is quiet.
async fn settled(orders: &Orders, events: &mut Receiver<()>, files: &[PathBuf]) -> Result<(), NotDone> {
    quiet::settle(events, || quiet::age_of(files)).await;
    orders.look().await.map(drop)
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    // A closed channel means that the process is ending too.
    let _ = stop.wait_for(|stopped| *stopped).await;
}

/// The folders under watch.
struct Folders {
    watcher: Option<RecommendedWatcher>,
    watched: BTreeSet<PathBuf>,
    relevance: Relevance,
}

impl Folders {
    fn new(sender: Sender<()>) -> Self {
        let relevance = Relevance::default();
        let concerned = relevance.clone();
        let told = move |event: notify::Result<notify::Event>| {
            if event.is_ok_and(|event| !concerned.concerns(&event)) {
                return;
            }
            let _ = sender.try_send(());
        };
        let watcher = notify::recommended_watcher(told)
            .inspect_err(|error| tracing::warn!(%error, "no file events on this machine; polling only"))
            .ok();
        Self { watcher, watched: BTreeSet::new(), relevance }
    }

    fn follow(&mut self, files: &[PathBuf]) {
        self.relevance.follow(files);
        let wanted: BTreeSet<PathBuf> = snapshot::folders(files).into_iter().collect();
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
