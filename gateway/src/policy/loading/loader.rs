//! Hands out components: remembered, from the cache, or compiled.
//!
//! Never compiles the same bytes twice for one attempt, not even when they cannot be compiled.

use std::collections::HashMap;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use wasmtime::Engine;
use wasmtime::component::Component;

use super::budget::Budget;
use super::cache::Cache;
use super::compiling::Compiling;
use super::digest::Digest;
use super::entry::Found;
use super::fault::{CompileError, FolderFault};
use super::folder::Folder;
use super::precompiled;
use crate::config::{CompileLimits, Loading};
use crate::policy::allocation::Seat;

/// Where the components of one attempt came from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// out of the cache
    pub cached: usize,
    /// compiled
    pub compiled: usize,
}

/// Makes components of bytes, for engines that differ only in where instances lie.
pub struct Loader {
    /// compiles, and knows what compiled code depends on
    engine: Engine,
    compiling: Compiling,
    rules: Mutex<Rules>,
    /// by digest, and by whether it is for the pool
    known: Mutex<HashMap<(Digest, bool), Result<Component, CompileError>>>,
    tally: Mutex<Tally>,
    without_cache: AtomicBool,
}

/// What the configuration of this attempt says.
#[derive(Clone)]
struct Rules {
    budget: Budget,
    cache: Option<Cache>,
}

impl Loader {
    /// A loader without a cache, until [`Loader::prepare`].
    pub fn new(engine: Engine, compiling: Compiling) -> Self {
        Self {
            engine,
            compiling,
            rules: Mutex::new(Rules { budget: Budget::of(&CompileLimits::default()), cache: None }),
            known: Mutex::default(),
            tally: Mutex::default(),
            without_cache: AtomicBool::new(false),
        }
    }

    /// Takes up the rules of an attempt. When the folder cannot be trusted it goes on without.
    ///
    /// # Errors
    /// When the folder for compiled code belongs to others, or the one that the operator names cannot be used.
    pub fn prepare(&self, loading: &Loading) -> Result<(), FolderFault> {
        let cache = match self.compiling {
            // Tests of the library leave nothing behind.
            Compiling::InProcess if loading.cache.is_none() => Ok(None),
            _ => self.cache(loading),
        };
        let (cache, fault) = cache.map_or_else(|fault| (None, Err(fault)), |cache| (cache, Ok(())));
        *lock(&self.rules) = Rules { budget: Budget::of(&loading.compile), cache };
        *lock(&self.tally) = Tally::default();
        fault
    }

    fn cache(&self, loading: &Loading) -> Result<Option<Cache>, FolderFault> {
        if let Some(place) = &loading.cache {
            return Cache::open(&place.folder, &self.engine).map(Some);
        }
        match Folder::usual().map(|folder| Cache::open(&folder, &self.engine)) {
            Some(Err(FolderFault::Unusable { path, why })) => self.do_without(&format!("{}: {why}", path.display())),
            None => self.do_without("neither XDG_CACHE_HOME nor HOME names a folder"),
            Some(opened) => return opened.map(Some),
        }
        Ok(None)
    }

    /// A machine without a home still serves; it only starts more slowly. Said once.
    fn do_without(&self, why: &str) {
        if !self.without_cache.swap(true, Ordering::Relaxed) {
            tracing::warn!(why, "no folder for compiled code: each start compiles; name one in `cache` of [gateway]");
        }
    }

    /// Compiles what is not there yet, as many at a time as leave one core to the requests. Faults are kept for
    /// [`Loader::component`].
    pub(in crate::policy) fn compile_ahead(&self, components: &[(&[u8], Digest)], seat: &Seat) {
        // Most reloads change one component, and one is compiled on the caller's thread: a thread more is memory more.
        let unknown: Vec<_> = components.iter().filter(|(_, digest)| !self.is_known(*digest, seat)).collect();
        let next = AtomicUsize::new(0);
        let lane = || {
            while let Some((bytes, digest)) = unknown.get(next.fetch_add(1, Ordering::Relaxed)) {
                let _kept = self.component(bytes, *digest, seat);
            }
        };
        let lanes = thread::available_parallelism().map_or(1, usize::from).saturating_sub(1).min(unknown.len());
        if lanes <= 1 {
            return lane();
        }
        thread::scope(|scope| (0..lanes).for_each(|_| drop(scope.spawn(lane))));
    }

    fn is_known(&self, digest: Digest, seat: &Seat) -> bool {
        lock(&self.known).contains_key(&(digest, seat.is_pooled()))
    }

    /// The component of these bytes, for instances that lie there.
    ///
    /// # Errors
    /// When they cannot be compiled within the limits, or the cache holds something for them that is not ours;
    /// [`CompileError::Pool`] when they would lie in the pool and can only lie outside.
    pub(in crate::policy) fn component(
        &self,
        bytes: &[u8],
        digest: Digest,
        seat: &Seat,
    ) -> Result<Component, CompileError> {
        let key = (digest, seat.is_pooled());
        if let Some(known) = lock(&self.known).get(&key) {
            return known.clone();
        }
        let made = self.make(bytes, digest, seat);
        lock(&self.known).insert(key, made.clone());
        made
    }

    /// Forgets every component but those of the given digests, and prunes the cache.
    pub fn keep_only(&self, digests: &[Digest]) {
        let is_sure = |known: &Result<_, CompileError>| matches!(known, Ok(_) | Err(CompileError::Pool(_)));
        lock(&self.known).retain(|(digest, _), known| digests.contains(digest) && is_sure(known));
        let (cache, compiled) = (lock(&self.rules).cache.clone(), self.tally().compiled);
        if let Some(cache) = cache.filter(|_| compiled > 0) {
            cache.prune(digests);
        }
    }

    /// Where the components of this attempt came from; those that were known already are not counted.
    pub fn tally(&self) -> Tally {
        *lock(&self.tally)
    }

    fn make(&self, bytes: &[u8], digest: Digest, seat: &Seat) -> Result<Component, CompileError> {
        let Rules { budget, cache } = lock(&self.rules).clone();
        if let Some(component) = cache.as_ref().map_or(Ok(None), |cache| self.recall(cache, digest, seat))? {
            lock(&self.tally).cached += 1;
            return Ok(component);
        }
        if let Some(code) = self.known_elsewhere(digest, seat) {
            return self.placed(digest, seat, |engine| precompiled::from_code(engine, &code));
        }
        let code = self.compiling.compile(&self.engine, bytes, &budget)?;
        lock(&self.tally).compiled += 1;
        self.load(cache.as_ref(), digest, code, seat)
    }

    /// The code of a component that is known for the other place: both engines run the same.
    fn known_elsewhere(&self, digest: Digest, seat: &Seat) -> Option<Vec<u8>> {
        let known = lock(&self.known).get(&(digest, !seat.is_pooled()))?.clone();
        known.ok()?.serialize().ok()
    }

    /// What the cache has; a damaged entry counts as none.
    fn recall(&self, cache: &Cache, digest: Digest, seat: &Seat) -> Result<Option<Component>, CompileError> {
        let loaded = match cache.look(digest)? {
            Found::Nothing => return Ok(None),
            Found::Damaged => Err("it is not what was written".to_owned()),
            Found::Whole(file) => match self.placed(digest, seat, |engine| precompiled::from_entry(engine, &file)) {
                Err(CompileError::Broken(why)) => Err(why),
                placed => return placed.map(Some),
            },
        };
        if let Err(why) = &loaded {
            tracing::warn!(component = %digest, why, "an entry of the cache is of no use; compiling again");
        }
        Ok(loaded.ok())
    }

    /// Keeps the code where it can, and loads it from there or from memory.
    fn load(
        &self,
        cache: Option<&Cache>,
        digest: Digest,
        mut code: File,
        seat: &Seat,
    ) -> Result<Component, CompileError> {
        if let Some(cache) = cache {
            match cache.keep(digest, &mut code) {
                // It is looked at again: the name may lead elsewhere by now.
                Ok(()) => {
                    if let Some(component) = self.recall(cache, digest, seat)? {
                        return Ok(component);
                    }
                }
                Err(error) => tracing::warn!(component = %digest, %error, "compiled code cannot be kept"),
            }
        }
        let mut bytes = Vec::new();
        let read = code.seek(SeekFrom::Start(0)).and_then(|_| code.read_to_end(&mut bytes));
        read.map_err(|error| CompileError::Start(error.to_string()))?;
        self.placed(digest, seat, |engine| precompiled::from_code(engine, &bytes))
    }

    /// Loads code where it is wanted. The pool has bounds of its own; code that loads outside alone is kept for there.
    fn placed(
        &self,
        digest: Digest,
        seat: &Seat,
        from: impl Fn(&Engine) -> wasmtime::Result<Component>,
    ) -> Result<Component, CompileError> {
        let why = match from(seat.engine()) {
            Ok(component) => return Ok(component),
            Err(error) => format!("{error:#}"),
        };
        let outside = seat.is_pooled().then(|| from(&self.engine));
        let Some(Ok(component)) = outside else { return Err(CompileError::Broken(why)) };
        lock(&self.known).insert((digest, false), Ok(component));
        Err(CompileError::Pool(why))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
