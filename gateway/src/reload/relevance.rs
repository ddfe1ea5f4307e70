//! Which file events can mean a change: of the files that a configuration names, and of a ConfigMap's links.
//!
//! Never the last word: the poll sees what is missed here.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use notify::{Event, EventKind};

/// How the links begin through which Kubernetes swaps a volume: `..data`, and the dated folder behind it.
const VOLUME_LINK: &[u8] = b"..";

/// The names that matter now. A log that grows beside gateway.toml must not put a look off.
#[derive(Clone, Default)]
pub(super) struct Relevance(Arc<Mutex<BTreeSet<OsString>>>);

impl Relevance {
    /// From now on these files matter.
    pub(super) fn follow(&self, files: &[PathBuf]) {
        let names = files.iter().filter_map(|file| Some(file.file_name()?.to_owned())).collect();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = names;
    }

    /// Whether to look at the disk for this event. Our own reading makes access events.
    pub(super) fn concerns(&self, event: &Event) -> bool {
        let names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let named = |path: &PathBuf| is_named(path, &names);
        !matches!(event.kind, EventKind::Access(_))
            && (event.need_rescan() || event.paths.is_empty() || event.paths.iter().any(named))
    }
}

fn is_named(path: &Path, names: &BTreeSet<OsString>) -> bool {
    let Some(name) = path.file_name() else { return true };
    // A watched folder that goes or comes is an event of its own name.
    names.contains(name) || name.as_encoded_bytes().starts_with(VOLUME_LINK) || path.is_dir()
}

#[cfg(test)]
mod tests {
    use notify::event::{AccessKind, CreateKind, ModifyKind, RenameMode};

    use super::*;

    #[test]
    fn neighbours_and_readers_are_no_change() {
        let relevance = Relevance::default();
        relevance.follow(&["/etc/gate/gateway.toml".into(), "/plugins/a.wasm".into()]);
        let event = |kind, path: &str| Event::new(kind).add_path(path.into());
        let renamed = EventKind::Modify(ModifyKind::Name(RenameMode::Both));
        let created = EventKind::Create(CreateKind::File);
        assert!(relevance.concerns(&event(created, "/etc/gate/gateway.toml")));
        assert!(relevance.concerns(&event(renamed, "/etc/gate/tmp").add_path("/plugins/a.wasm".into())));
        assert!(relevance.concerns(&event(created, "/etc/gate/..data")));
        assert!(relevance.concerns(&Event::new(EventKind::Any)));
        assert!(!relevance.concerns(&event(created, "/etc/gate/access.log")));
        assert!(!relevance.concerns(&event(EventKind::Access(AccessKind::Any), "/etc/gate/gateway.toml")));
    }
}
