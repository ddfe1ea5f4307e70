//! Kept-open connections to upstreams, one pool for each worker thread.
//!
//! Never shared between threads, and never lost in a reload: it belongs to the worker, not to a generation.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use http::uri::Authority;

use super::link::Link;

/// Idle connections kept for each upstream and worker.
const IDLE_PER_UPSTREAM: usize = 1024;
/// How long an idle connection is kept; shorter than the 5 s of Node.js, Apache and uvicorn, so that we close first.
const IDLE: Duration = Duration::from_secs(4);
/// Between two looks for connections that have been idle for too long.
const SWEEP: Duration = Duration::from_secs(1);

/// The idle connections of one worker, by where they lead; what was used last is at the end.
#[derive(Default)]
pub struct Pool(Mutex<HashMap<Authority, Vec<Box<Link>>>>);

/// A connection in use. It goes back to its pool when its last request is over, and is closed when it is dropped before.
pub struct Checkout {
    link: Option<Box<Link>>,
    pool: Arc<Pool>,
    authority: Authority,
}

impl Pool {
    /// A connection that was used before and is still good, as far as can be known.
    pub fn take(self: &Arc<Self>, authority: &Authority) -> Option<Checkout> {
        loop {
            let mut link = self.idle().get_mut(authority)?.pop()?;
            if link.idle_since().elapsed() < IDLE && link.is_still_good() {
                return Some(self.check_out(link, authority));
            }
        }
    }

    /// For a connection that is new.
    pub fn check_out(self: &Arc<Self>, link: Box<Link>, authority: &Authority) -> Checkout {
        Checkout { link: Some(link), pool: Arc::clone(self), authority: authority.clone() }
    }

    /// Closes what has been idle for too long, again and again.
    pub async fn sweep(&self) {
        let mut ticks = tokio::time::interval(SWEEP);
        loop {
            ticks.tick().await;
            self.close_old(Instant::now());
        }
    }

    fn close_old(&self, now: Instant) {
        self.idle().retain(|_, links| {
            links.retain(|link| now.saturating_duration_since(link.idle_since()) < IDLE);
            !links.is_empty()
        });
    }

    fn give_back(&self, authority: Authority, mut link: Box<Link>) {
        link.rest();
        match self.idle().entry(authority) {
            Entry::Vacant(none) => drop(none.insert(vec![link])),
            Entry::Occupied(mut some) if some.get().len() < IDLE_PER_UPSTREAM => some.get_mut().push(link),
            Entry::Occupied(_) => {}
        }
    }

    fn idle(&self) -> MutexGuard<'_, HashMap<Authority, Vec<Box<Link>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Checkout {
    /// Takes the connection away from its pool for good.
    pub fn keep(mut self) -> Option<Box<Link>> {
        self.link.take()
    }
}

impl Deref for Checkout {
    type Target = Link;

    fn deref(&self) -> &Link {
        self.link.as_deref().expect("there until it is dropped")
    }
}

impl DerefMut for Checkout {
    fn deref_mut(&mut self) -> &mut Link {
        self.link.as_deref_mut().expect("there until it is dropped")
    }
}

impl Drop for Checkout {
    fn drop(&mut self) {
        if let Some(link) = self.link.take().filter(|link| link.is_free()) {
            self.pool.give_back(self.authority.clone(), link);
        }
    }
}
