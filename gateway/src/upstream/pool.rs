//! Kept-open connections to upstreams, one pool for each worker thread.
//!
//! Never shared between threads, and never lost in a reload: it belongs to the worker, not to a generation.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::uri::Authority;
use rustc_hash::FxHashMap;
use tokio::runtime::Handle;

use super::link::Link;

/// Idle connections kept for each upstream and worker.
const IDLE_PER_UPSTREAM: usize = 1024;
/// Between two sweeps, which close what has been idle for too long. They are also the pool's clock: it reads no other.
const SWEEP: Duration = Duration::from_millis(500);
/// After so many sweeps an idle connection is closed: before the 5 s of Node.js, Apache and uvicorn, so that we close first.
const IDLE_SWEEPS: u64 = 8;

/// The idle connections of one worker, by where they lead.
#[derive(Default)]
pub struct Pool(Mutex<Idle>);

/// What was used last is at the end of its list.
#[derive(Default)]
struct Idle {
    /// The names come from configuration, so nobody chooses them to collide.
    places: FxHashMap<Box<str>, Place>,
    links: Vec<Vec<Idling>>,
    sweeps: u64,
}

/// A connection that nobody uses, and after how many sweeps it was given back.
struct Idling(Box<Link>, u64);

/// Where the connections to one upstream are kept; never given to another.
type Place = usize;

/// A connection in use. It goes back to its pool when its last request is over, and is closed when it is dropped before.
pub struct Checkout {
    link: Option<Box<Link>>,
    pool: Arc<Pool>,
    place: Place,
}

impl Pool {
    /// A connection that was used before and is still good, as far as can be known; else the place for a new one.
    pub fn take(self: &Arc<Self>, authority: &Authority) -> Result<Checkout, Place> {
        let mut idle = self.idle();
        let place = idle.place(authority.as_str());
        while let Some(Idling(mut link, _)) = idle.links[place].pop() {
            if link.is_still_good() {
                drop(idle);
                return Ok(self.check_out(link, place));
            }
        }
        Err(place)
    }

    /// For a connection that is new.
    pub fn check_out(self: &Arc<Self>, link: Box<Link>, place: Place) -> Checkout {
        Checkout { link: Some(link), pool: Arc::clone(self), place }
    }

    /// Closes what has been idle for too long, again and again.
    pub async fn sweep(&self) {
        let mut ticks = tokio::time::interval(SWEEP);
        loop {
            ticks.tick().await;
            self.close_old();
        }
    }

    fn close_old(&self) {
        let mut idle = self.idle();
        idle.sweeps += 1;
        let sweeps = idle.sweeps;
        for links in &mut idle.links {
            links.retain(|Idling(_, since)| sweeps - since < IDLE_SWEEPS);
        }
    }

    fn give_back(&self, place: Place, link: Box<Link>) {
        let mut idle = self.idle();
        let since = idle.sweeps;
        let links = &mut idle.links[place];
        if links.len() < IDLE_PER_UPSTREAM {
            links.push(Idling(link, since));
        }
    }

    fn idle(&self) -> MutexGuard<'_, Idle> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Idle {
    fn place(&mut self, authority: &str) -> Place {
        if let Some(place) = self.places.get(authority) {
            return *place;
        }
        self.links.push(Vec::new());
        let place = self.links.len() - 1;
        self.places.insert(authority.into(), place);
        place
    }
}

impl Checkout {
    /// In a task of its own until it is free, for an upload that outlasts its answer. The upload's limit of silence, the
    /// upstream's, or the end of the answer's body ends it.
    pub fn finish_alone(mut self) {
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move { self.finish().await });
        }
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
            self.pool.give_back(self.place, link);
        }
    }
}
