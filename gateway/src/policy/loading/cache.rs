//! The cache of compiled code: where an entry lies, and which ones go.
//!
//! Never fatal when it cannot be written: the component was compiled, it will be again. Never removes what is in force.

use std::fs::{self, DirEntry, File};
use std::hash::{Hash as _, Hasher};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use sha2::{Digest as _, Sha256};
use wasmtime::Engine;

use super::digest::Digest;
use super::entry::{self, Found, UNFINISHED};
use super::fault::{CompileError, FolderFault};
use super::folder::Folder;

/// How an entry's name ends.
const ENDING: &str = ".cwasm";
/// An entry that nobody used for so long goes.
const UNUSED: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// A file that was not finished for so long never will be: its writer was killed.
const ABANDONED: Duration = Duration::from_secs(60 * 60);
/// All entries together; beyond it those go that were not used for the longest time, in bytes.
const TOTAL_BYTES: u64 = 4 << 30;

/// A folder of compiled code, for one kind of engine.
#[derive(Debug, Clone)]
pub(super) struct Cache {
    folder: Folder,
    /// what distinguishes engines that cannot share code: release, settings, processor
    kind: String,
}

impl Cache {
    /// Opens the folder for this engine.
    pub(super) fn open(folder: &Path, engine: &Engine) -> Result<Self, FolderFault> {
        Ok(Self { folder: Folder::open(folder)?, kind: kind(engine) })
    }

    /// Where the code of a component lies or would lie.
    pub(super) fn place(&self, digest: Digest) -> PathBuf {
        self.folder.path().join(format!("{digest}-{}{ENDING}", self.kind))
    }

    /// What lies there.
    pub(super) fn look(&self, digest: Digest) -> Result<Found, CompileError> {
        entry::look(&self.place(digest))
    }

    /// Keeps compiled code.
    pub(super) fn keep(&self, digest: Digest, code: &mut File) -> io::Result<()> {
        entry::write(&self.place(digest), code)
    }

    /// Removes what is old, abandoned, or too much.
    pub(super) fn prune(&self, in_force: &[Digest]) {
        self.prune_at(in_force, SystemTime::now(), TOTAL_BYTES);
    }

    fn prune_at(&self, in_force: &[Digest], now: SystemTime, total: u64) {
        let Ok(entries) = fs::read_dir(self.folder.path()) else { return };
        let mut files: Vec<Kept> = entries.flatten().filter_map(|entry| Kept::of(&entry, now)).collect();
        files.sort_by_key(|file| file.unused);
        let (mut sum, in_force): (u64, Vec<String>) = (0, in_force.iter().map(Digest::to_string).collect());
        for file in files {
            let needed = in_force.iter().any(|digest| file.name.starts_with(digest.as_str()));
            sum = sum.saturating_add(file.bytes);
            if (file.is_over() || sum > total) && !(needed && file.name.ends_with(ENDING)) {
                sum -= file.bytes;
                let _ = fs::remove_file(self.folder.path().join(file.name));
            }
        }
    }
}

/// A file of ours in the folder. What else lies there is not touched.
struct Kept {
    name: String,
    bytes: u64,
    unused: Duration,
}

impl Kept {
    fn of(entry: &DirEntry, now: SystemTime) -> Option<Self> {
        let name = entry.file_name().into_string().ok()?;
        let facts = entry.metadata().ok().filter(fs::Metadata::is_file)?;
        let unused = now.duration_since(facts.modified().ok()?).unwrap_or_default();
        let ours = name.ends_with(ENDING) || name.ends_with(UNFINISHED);
        ours.then_some(Self { name, bytes: facts.len(), unused })
    }

    fn is_over(&self) -> bool {
        self.unused > if self.name.ends_with(ENDING) { UNUSED } else { ABANDONED }
    }
}

/// wasmtime's own hash of everything that compiled code depends on, shortened.
fn kind(engine: &Engine) -> String {
    let mut hasher = Sha(Sha256::new());
    engine.precompile_compatibility_hash().hash(&mut hasher);
    hasher.0.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// The standard library's hasher may change from release to release; this one does not.
struct Sha(Sha256);

impl Hasher for Sha {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::allocation::Engines;
    use crate::policy::engine::settings;
    use std::io::Write as _;

    fn cache(folder: &Path) -> Cache {
        Cache::open(folder, &Engine::default()).expect("a cache")
    }

    fn kept(cache: &Cache, text: &str) -> Digest {
        let digest = Digest::of(text.as_bytes());
        let mut code = tempfile::tempfile().expect("a file");
        code.write_all(text.as_bytes()).expect("written");
        cache.keep(digest, &mut code).expect("an entry");
        digest
    }

    fn age(path: &Path, age: Duration) {
        let file = File::options().write(true).open(path).expect("a file");
        file.set_modified(SystemTime::now() - age).expect("a time");
    }

    fn has(cache: &Cache, digest: Digest) -> bool {
        cache.place(digest).exists()
    }

    #[test]
    fn engines_that_differ_do_not_share_entries() {
        let mut settings = wasmtime::Config::new();
        settings.epoch_interruption(true);
        assert_ne!(kind(&Engine::default()), kind(&Engine::new(&settings).expect("an engine")));
        assert_eq!(kind(&Engine::default()), kind(&Engine::default()));
    }

    #[test]
    fn a_pool_makes_no_difference_to_compiled_code() {
        let engines = Engines::new(&settings()).expect("engines");
        let kinds: Vec<String> = engines.all().map(kind).collect();
        assert!(kinds.iter().all(|other| *other == kinds[0]), "{kinds:?}");
    }

    #[test]
    fn what_nobody_used_for_long_goes_unless_it_is_in_force() {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = cache(folder.path());
        let (used, unused, in_force) = (kept(&cache, "used"), kept(&cache, "unused"), kept(&cache, "in force"));
        for old in [unused, in_force] {
            age(&cache.place(old), UNUSED + Duration::from_secs(1));
        }
        cache.prune(&[in_force]);
        assert_eq!([used, unused, in_force].map(|digest| has(&cache, digest)), [true, false, true]);
    }

    #[test]
    fn too_much_goes_from_the_oldest_on() {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = cache(folder.path());
        let entries = ["one", "two", "six"].map(|text| kept(&cache, text));
        for (entry, days) in entries.iter().zip([3, 2, 1]) {
            age(&cache.place(*entry), Duration::from_secs(days * 24 * 60 * 60));
        }
        let each = fs::metadata(cache.place(entries[0])).expect("an entry").len();
        cache.prune_at(&[], SystemTime::now(), 2 * each);
        assert_eq!(entries.map(|entry| has(&cache, entry)), [false, true, true]);
    }

    #[test]
    fn an_abandoned_file_goes_and_a_strangers_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = cache(folder.path());
        let (fresh, abandoned, stranger) = ("a.1-0.tmp", "b.2-0.tmp", "notes.txt");
        for name in [fresh, abandoned, stranger] {
            fs::write(folder.path().join(name), "x").expect("written");
        }
        for name in [abandoned, stranger] {
            age(&folder.path().join(name), 2 * UNUSED);
        }
        cache.prune(&[]);
        assert_eq!([fresh, abandoned, stranger].map(|name| folder.path().join(name).exists()), [true, false, true]);
    }
}
