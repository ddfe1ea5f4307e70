//! When to test again: after a save in a policy's folder, once the editor has been quiet for a moment.
//!
//! Never wakes for what a build writes, and never reads a file.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::time::Duration;

use notify::event::{Event, EventKind};
use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};

/// An editor writes several files at once: nothing may happen for so long.
const QUIET: Duration = Duration::from_millis(60);
/// Folders that builds and tools write, and what they write beside the sources.
const WRITTEN_BY_TOOLS: [&str; 5] = ["target", "build", "node_modules", "__pycache__", "dist"];

/// Looks at folders and files until it is dropped.
pub struct Changes {
    _watcher: RecommendedWatcher,
    heard: Receiver<()>,
}

impl Changes {
    /// Begins to look. What happens from now on is told by [`Changes::wait`].
    ///
    /// # Errors
    /// When the system has no watch left, or a folder is not there.
    pub fn of(places: &[PathBuf]) -> notify::Result<Self> {
        // One place is enough: an event says only that something happened.
        let (sender, heard) = sync_channel(1);
        let roots: Vec<PathBuf> = places.to_vec();
        let mut watcher =
            notify::recommended_watcher(move |event: notify::Result<Event>| tell(&sender, &roots, event))?;
        for place in places {
            watcher.watch(place, RecursiveMode::Recursive)?;
        }
        Ok(Self { _watcher: watcher, heard })
    }

    /// Waits for a save, then for quiet. False when nothing can be heard any more.
    pub fn wait(&self) -> bool {
        if self.heard.recv().is_err() {
            return false;
        }
        loop {
            match self.heard.recv_timeout(QUIET) {
                Ok(()) => {}
                Err(RecvTimeoutError::Timeout) => return true,
                Err(RecvTimeoutError::Disconnected) => return false,
            }
        }
    }
}

fn tell(sender: &SyncSender<()>, roots: &[PathBuf], event: notify::Result<Event>) {
    let Ok(event) = event else { return };
    if matches!(event.kind, EventKind::Access(_)) || !event.paths.iter().any(|path| is_source(roots, path)) {
        return;
    }
    match sender.try_send(()) {
        Ok(()) | Err(TrySendError::Full(()) | TrySendError::Disconnected(())) => {}
    }
}

/// Neither hidden nor written by a tool, by the path below what is watched.
fn is_source(roots: &[PathBuf], path: &Path) -> bool {
    let below = roots.iter().filter_map(|root| path.strip_prefix(root).ok()).min_by_key(|rest| rest.as_os_str().len());
    let mut parts = below.unwrap_or(path).components().map(|part| part.as_os_str().to_string_lossy().into_owned());
    !parts.any(|part| part.starts_with('.') || part.ends_with('~') || WRITTEN_BY_TOOLS.contains(&part.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_and_an_editor_s_own_files_wake_nobody() {
        let roots = [PathBuf::from("/w/.hidden/policy")];
        let is = |path: &str| is_source(&roots, &Path::new("/w/.hidden/policy").join(path));
        assert!(is("src/lib.rs") && is("cases.toml") && is("policy.py"));
        for path in
            ["target/wasm32-wasip2/plugin/a.wasm", "build/a.wasm", "src/.lib.rs.swp", "src/lib.rs~", "__pycache__/a"]
        {
            assert!(!is(path), "{path}");
        }
    }

    #[test]
    fn a_save_is_heard_and_what_a_tool_writes_is_not_waited_for() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().canonicalize().expect("a path");
        let changes = Changes::of(std::slice::from_ref(&root)).expect("watched");
        std::fs::create_dir(root.join("target")).expect("made");
        std::fs::write(root.join("target/a"), "1").expect("written");
        assert!(matches!(changes.heard.recv_timeout(QUIET), Err(RecvTimeoutError::Timeout)), "nobody is woken");
        std::fs::write(root.join("cases.toml"), "1").expect("written");
        assert!(changes.wait());
    }
}
