//! Tells when a key file may have changed: on file events of its folder, debounced.
//!
//! Never reads the file, and never trusts that an event comes: who waits says for how long.

use std::path::{Path, PathBuf};
use std::time::Duration;

use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::{Instant, timeout, timeout_at};

/// Silence after an event before the file is looked at: a write is rarely one event.
const QUIET: Duration = Duration::from_millis(40);
/// The longest a storm of events may put the look off.
const PATIENCE: Duration = Duration::from_millis(250);

/// A file under watch, for as long as this lives.
pub(crate) struct Watch {
    events: Receiver<()>,
    /// Kept for its events; without it there are none.
    _watcher: Option<RecommendedWatcher>,
}

impl Watch {
    /// Watches the folder of the file: editors and Kubernetes replace files by renaming, which a watch on the file itself
    /// would lose. Where that cannot be had, the log says so and no event ever comes.
    pub fn of(path: &Path) -> Self {
        // One place is enough: an event says only that something happened.
        let (sender, events) = channel(1);
        let folder = folder(path);
        let watcher = watcher(sender, &folder).inspect_err(
            |error| tracing::warn!(folder = %folder.display(), %error, "cannot watch this folder; polling it"),
        );
        Self { events, _watcher: watcher.ok() }
    }

    /// Waits for a change that has settled, or until the time is over.
    pub async fn changed(&mut self, at_most: Duration) {
        let until = Instant::now() + at_most;
        match timeout_at(until, self.events.recv()).await {
            Ok(Some(())) => self.settle().await,
            // No watcher, no sender: only the time is left.
            Ok(None) => tokio::time::sleep_until(until).await,
            Err(_) => {}
        }
    }

    /// Waits until no event came for [`QUIET`], but no longer than [`PATIENCE`].
    async fn settle(&mut self) {
        let quiet = async { while let Ok(Some(())) = timeout(QUIET, self.events.recv()).await {} };
        // Patience at its end is as good as silence: the file is looked at now, and once more after the next event.
        let _ = timeout(PATIENCE, quiet).await;
    }
}

fn watcher(sender: Sender<()>, folder: &Path) -> notify::Result<RecommendedWatcher> {
    let told = move |event: notify::Result<notify::Event>| {
        // Our own reading of the file makes access events.
        if !matches!(event, Ok(notify::Event { kind: EventKind::Access(_), .. })) {
            let _ = sender.try_send(());
        }
    };
    let mut watcher = notify::recommended_watcher(told)?;
    watcher.watch(folder, RecursiveMode::NonRecursive)?;
    Ok(watcher)
}

fn folder(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nothing here takes this long unless it is broken.
    const LONG: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn a_rename_over_the_file_is_an_event() {
        let place = tempfile::tempdir().expect("a folder");
        let (path, other) = (place.path().join("keys.json"), place.path().join("keys.json.new"));
        let mut watch = Watch::of(&path);
        std::fs::write(&other, "2").expect("written");
        std::fs::rename(&other, &path).expect("renamed");
        let began = Instant::now();
        watch.changed(LONG).await;
        assert!(began.elapsed() < LONG);
    }

    #[tokio::test]
    async fn without_a_folder_the_time_runs_out() {
        let place = tempfile::tempdir().expect("a folder");
        let mut watch = Watch::of(&place.path().join("absent/keys.json"));
        watch.changed(Duration::from_millis(1)).await;
    }

    #[test]
    fn a_bare_name_lies_in_the_working_folder() {
        assert_eq!(folder(Path::new("keys.json")), Path::new("."));
        assert_eq!(folder(Path::new("a/keys.json")), Path::new("a"));
    }
}
